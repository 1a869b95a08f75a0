# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What may be found of an integration point by the health check: data only."""

from odoo.tools import LazyTranslate

from .server_words import Words

# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

# === THE WAY TO MINDBOX === #

DNS = {
    "dns": Words("ok", _lt("%(host)s is found.")),
    "dns_proxy": Words("note", _lt("The proxy looks it up, not this server.")),
    "dns_unknown": Words(
        "error",
        _lt("The name %(host)s is not found (DNS)."),
        _lt("Compare the URL with your project, then the name server of this host."),
    ),
    "dns_inner": Words(
        "warning",
        _lt("%(host)s leads to %(address)s, into an inner network."),
        _lt("Look for the name in /etc/hosts and at the inner name server."),
    ),
}
TLS = {
    "certificate": Words("ok", _lt("The certificate is valid until %(until)s.")),
    "no_tls": Words("ok", _lt("This computer itself: it needs no certificate.")),
    "tls_proxy": Words(
        "note", _lt("Behind a proxy: the certificate is not looked at.")
    ),
    "not_tried": Words("note", _lt("Not tried: the name is not found.")),
    "unreachable": Words(
        "error",
        _lt("Nothing answers at %(host)s, port %(port)s (%(kind)s)."),
        _lt("Look whether the firewall lets this server out to this port."),
    ),
    "certificate_expired": Words(
        "error",
        _lt("The certificate of %(host)s has expired."),
        _lt("Look at this server's clock; if it is right, tell Mindbox's support."),
    ),
    "certificate_other": Words(
        "error",
        _lt("The certificate is not made for %(host)s."),
        _lt("Compare the URL with your project: something else answers there."),
    ),
    "certificate_untrusted": Words(
        "error",
        _lt("Nobody that this server trusts has signed the certificate of %(host)s."),
        _lt(
            "Update the server's list of authorities. Where a firewall reads along, "
            "name its authority in REQUESTS_CA_BUNDLE."
        ),
    ),
    "tls_failed": Words(
        "error",
        _lt("No secure connection to %(host)s comes about (TLS)."),
        _lt("Look whether a firewall or proxy interferes, and at OpenSSL's version."),
    ),
    "certificate_expires": Words(
        "warning",
        _lt("The certificate of %(host)s expires in days: %(days)s."),
        _lt("Mindbox renews its own one. If it is yours, renew it now."),
    ),
}
KEY = {
    "key_inside": Words("ok", _lt("The key is kept in the database.")),
    "key_outside": Words("ok", _lt("The key comes from the environment or odoo.conf.")),
    "no_code": Words(
        "error",
        _lt("The endpoint ID is missing."),
        _lt("Copy it from Mindbox into the integration point."),
    ),
    "no_key": Words(
        "error",
        _lt("The secret key is missing."),
        _lt("Copy it from Mindbox into the integration point."),
    ),
    "key_twice": Words(
        "warning",
        _lt("There are two different keys; the one outside of the database counts."),
        _lt("Remove the one that is wrong."),
    ),
    "key_refused": Words(
        "error",
        _lt("Mindbox has refused the key: %(reason)s"),
        _lt("Correct address and secret key of the integration point, then start it."),
    ),
}

# === WHAT IT CALLS === #

OPERATIONS = {
    "operations": Words(
        "ok", _lt("Operations: %(operations)s, statuses of orders: %(statuses)s.")
    ),
    "no_operations": Words(
        "error",
        _lt("No operation is switched on: nothing is told."),
        _lt("Switch on what Mindbox should hear of."),
    ),
    "wrong_mode": Words(
        "error",
        _lt("The mode of %(operation)s does not fit what it tells."),
        _lt("Choose Bulk for imports of many records, another mode for single ones."),
    ),
    "unknown_operation": Words(
        "error",
        _lt("Mindbox does not know or refuses %(operation)s."),
        _lt("Compare its name with your project, then send again what was refused."),
    ),
    "no_statuses": Words(
        "error",
        _lt("No status of orders is filled in: Mindbox hears of orders, not of more."),
        _lt("Fill in the external IDs of the statuses of your project."),
    ),
    "unmapped": Words(
        "note",
        _lt("Not told, since they have no status at Mindbox: %(milestones)s."),
        _lt("Fill in their status where Mindbox should hear of them."),
    ),
    "no_log": Words(
        "note",
        _lt("What becomes of accepted calls is not known."),
        _lt("Name the operation that exports the operation log, if there is one."),
    ),
}
FIELDS = {
    "fields": Words("ok", _lt("All mapped fields are there.")),
    "field_gone": Words(
        "warning",
        _lt("“%(name)s” is not told to Mindbox any more: %(problem)s"),
        _lt("Choose another field of Odoo under Mapped Fields, or delete the line."),
    ),
}
DELIVERY = {
    "running": Words("ok", _lt("%(words)s.")),
    "stopped": Words("error", _lt("%(words)s."), _lt("%(advice)s")),
    "troubled": Words("warning", _lt("%(words)s."), _lt("%(advice)s")),
    "draft": Words("note", _lt("Not started: nothing is recorded.")),
}
TRACKER = {
    "tracker": Words("ok", _lt("%(website)s: the tracker waits for consent.")),
    "no_tracker": Words(
        "note",
        _lt("%(website)s: no tracker. Of visitors only those who log in are known."),
        _lt("Switch it on in the settings of the website."),
    ),
    "tracker_unasked": Words(
        "warning",
        _lt("%(website)s: the tracker runs, and nobody is asked about cookies."),
        _lt("Switch the cookies bar on in the settings of the website."),
    ),
    "no_website": Words("note", _lt("The company has no website.")),
}

# === THE WAY BACK === #

EXPORTS = {
    "exports": Words("ok", _lt("What is asked for has arrived.")),
    "no_exports": Words(
        "note",
        _lt("None is set up: what webhooks lose is never known here."),
        _lt("Name the operations on the tab From Mindbox."),
    ),
    "export_failed": Words(
        "error",
        _lt("%(kind)s: the last export has failed. %(reason)s"),
        _lt("Mend the cause, then press Ask Now on the tab From Mindbox."),
    ),
    "export_late": Words(
        "warning",
        _lt("%(kind)s: days since the last export: %(days)s."),
        _lt("Look at the exports that are under way, and at the scheduled actions."),
    ),
}

# === THE CATALOGUE === #

FEED = {
    "feed": Words("ok", _lt("%(website)s: it is served. Offers: %(offers)s.")),
    "no_feed": Words(
        "note",
        _lt("There is none: Mindbox knows products by their IDs only."),
        _lt("Set it up at the integration point."),
    ),
    "feed_waits": Words("note", _lt("%(website)s: %(health)s.")),
    "feed_bad": Words(
        "error",
        _lt("%(website)s: %(health)s."),
        _lt("Open the feed and build it again."),
    ),
    "feed_local": Words(
        "error",
        _lt("%(website)s: its address leads to %(host)s, which Mindbox cannot reach."),
        _lt("Fill in the domain of the website."),
    ),
    "feed_unreachable": Words(
        "warning",
        _lt("%(website)s: its address does not answer (%(kind)s)."),
        _lt("Open the address from outside; look at the web server in front of Odoo."),
    ),
    "feed_unreadable": Words(
        "error",
        _lt("%(website)s: what its address answers is no product feed."),
        _lt("Look at what the web server in front of Odoo makes of the address."),
    ),
}
PRODUCTS = {
    "products": Words("ok", _lt("Each product has an ID of its own.")),
    "product_without_ref": Words(
        "warning",
        _lt("Products for sale without %(reference)s: %(count)s."),
        _lt("Fill it in: events about them are refused until then."),
    ),
    "product_same_ref": Words(
        "warning",
        _lt("%(reference)s that several products have: %(count)s."),
        _lt("Give each product its own: Mindbox takes them for one."),
    ),
}
