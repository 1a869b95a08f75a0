# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Why something was not sent, as data: what it means, who must act, and what to do.

Exceptions and rows carry a code and its details; words are made where they are shown,
in the reader's language. Another add-on adds its entries, and an upper room those of
its own, by extending ``mindbox.reason``.
"""

from typing import Any, NamedTuple

from odoo.tools.translate import LazyTranslate

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)


class Reason(NamedTuple):
    """A code of the catalogue, and its details as plain JSON values."""

    code: str | None
    details: dict = {}

    def get_values(self, prefix=""):
        """Return the column values that keep the reason."""
        return {
            f"{prefix}reason_code": self.code,
            f"{prefix}reason_details": self.details or None,
        }


NO_REASON = Reason(None)


class Entry(NamedTuple):
    """What a code stands for.

    * ``meaning``: one sentence with the names of the details, as ``%(status)s``
    * ``actor``: a key of :data:`ACTORS`
    * ``advice``: what that person does
    * ``label``: a heading for many of them, where the sentence is none by itself
    * ``choices``: details that are values of a selection field, as {name: (model,
      field)}: their labels are shown
    """

    meaning: Any
    actor: str
    advice: Any
    label: Any = None
    choices: dict = {}


ACTORS = {
    "customer_data": _lt("Back office: the record's data"),
    "administrator": _lt("Administrator"),
    "mindbox_manager": _lt("Mindbox manager"),
    "nobody": _lt("Nobody"),
}

# What an entry shares with others: who must act, and how.
REPEATED = (
    "nobody",
    _lt("Nothing to do: it is sent again by itself as soon as Mindbox answers."),
)
NETWORK = (
    "nobody",
    _lt(
        "It is sent again by itself. If it lasts, have the server's network, proxy and "
        "certificates checked."
    ),
)
NOT_MINDBOX = (
    "nobody",
    _lt("It is sent again by itself. If it lasts, compare the URL with your project."),
)
CREDENTIALS = (
    "administrator",
    _lt("Correct address and secret key of the integration point, then start it."),
)
FAULT = (
    "administrator",
    _lt("Look for the fault in the server's log. Once it is mended, resend."),
)
DATA = (
    "customer_data",
    _lt("Correct the record as Mindbox asks for, then resend."),
)
OPERATION = (
    "mindbox_manager",
    _lt("Compare the operation in Mindbox, its name and steps, then resend."),
)
NOTHING = ("nobody", _lt("Nothing to do: this is how it should be."))

# === HOW A CALL ENDED === #

NETWORK_REASONS = {
    "tls": Entry(_lt("The secure connection to Mindbox failed (TLS)."), *NETWORK),
    "proxy": Entry(_lt("The proxy does not connect to Mindbox."), *NETWORK),
    "dns": Entry(_lt("The address of Mindbox cannot be found (DNS)."), *NETWORK),
    "connection_refused": Entry(
        _lt("Nothing accepts connections at the address of Mindbox."), *NETWORK
    ),
    "connect_timeout": Entry(_lt("Mindbox cannot be reached in time."), *NETWORK),
    "timeout": Entry(_lt("Mindbox does not answer in time."), *REPEATED),
    "connection_broken": Entry(_lt("The connection to Mindbox broke off."), *REPEATED),
    "unreadable": Entry(_lt("The answer of Mindbox is unreadable."), *REPEATED),
    "throttled": Entry(_lt("Mindbox asks to slow down (429)."), *REPEATED),
    "server_error": Entry(_lt("Mindbox is out of order (%(status)s)."), *REPEATED),
    "out_of_order": Entry(_lt("Mindbox is out of order."), *REPEATED),
    "redirect": Entry(
        _lt("The address answers with a redirect (%(status)s)."), *NOT_MINDBOX
    ),
    "not_mindbox": Entry(_lt("What answers is not Mindbox."), *NOT_MINDBOX),
}
SETTINGS_REASONS = {
    "credentials": Entry(
        _lt(
            "Mindbox does not accept the credentials (401): check the secret key, "
            "and that this shop is allowed in the integration point."
        ),
        *CREDENTIALS,
    ),
    "key_refused": Entry(
        _lt("Mindbox refuses this secret key for this integration point (403)."),
        *CREDENTIALS,
    ),
    "address": Entry(
        _lt("Nothing answers at this address (404): check the URL."), *CREDENTIALS
    ),
    "proxy_credentials": Entry(
        _lt("The proxy between Odoo and Mindbox asks for credentials (407)."),
        "administrator",
        _lt("Give the server's proxy settings the credentials, then start again."),
    ),
    "unusable_settings": Entry(
        _lt("The URL or the secret key cannot be used as it is: check both."),
        *CREDENTIALS,
    ),
}
REFUSAL_REASONS = {
    "validation_error": Entry(
        _lt("%(messages)s"), *DATA, label=_lt("Mindbox does not accept the data.")
    ),
    "protocol_error": Entry(
        _lt("%(messages)s"), *OPERATION, label=_lt("Mindbox does not accept the call.")
    ),
    "operation_refused": Entry(
        _lt("%(messages)s"),
        *OPERATION,
        label=_lt("Mindbox does not know or refuses the operation."),
    ),
    "customer_unknown": Entry(
        _lt("%(messages)s"),
        "customer_data",
        _lt("Send the customer first, then resend."),
        label=_lt("Mindbox does not know the customer."),
    ),
    "order_unknown": Entry(
        _lt("%(messages)s"),
        "customer_data",
        _lt("Send the order first, then resend."),
        label=_lt("Mindbox does not know the order."),
    ),
    "known_already": Entry(
        _lt("%(messages)s"),
        "customer_data",
        _lt("If two customers share it, merge them. Else there is nothing to do."),
        label=_lt("Mindbox knows it already."),
    ),
    "remarks": Entry(
        _lt("%(messages)s"),
        "customer_data",
        _lt("It was processed, without the values that are named: correct them."),
        label=_lt("Mindbox has dropped values of the call."),
    ),
    "remarks_lost": Entry(
        _lt("Mindbox has processed it with remarks, but its words are not kept."),
        "mindbox_manager",
        _lt("Look for the call in the operation log of Mindbox."),
    ),
    "failed_late": Entry(
        _lt("Mindbox has accepted it and then not processed it."),
        "mindbox_manager",
        _lt("Look for the call in the operation log of Mindbox, then resend."),
    ),
    "refused": Entry(_lt("Mindbox refuses the call (%(status)s)."), *OPERATION),
    "not_found": Entry(_lt("Mindbox: %(entity)s not found."), *DATA),
    "ambiguous": Entry(
        _lt("Mindbox: %(entity)s cannot be told apart from another one."), *DATA
    ),
    "unavailable": Entry(_lt("Mindbox: %(entity)s not available."), *DATA),
    "not_processed": Entry(_lt("Mindbox: %(entity)s not processed."), *DATA),
    "invalid": Entry(_lt("Mindbox: %(entity)s not valid."), *DATA),
    "not_understood": Entry(_lt("Mindbox: %(entity)s not understood."), *OPERATION),
    "other_customer": Entry(
        _lt("Mindbox: %(entity)s already belongs to another customer."), *DATA
    ),
    "card_blocked": Entry(_lt("Mindbox: the card is blocked."), *DATA),
    "ticket_invalid": Entry(
        _lt("Mindbox does not accept how the customer was authenticated."), *OPERATION
    ),
    "price_changed": Entry(
        _lt("Mindbox: the prices of the order are others by now."), *OPERATION
    ),
    "not_calculated": Entry(
        _lt("Mindbox cannot calculate the discounts of the order."), *OPERATION
    ),
    "not_answered": Entry(
        _lt("Mindbox leaves a part out of its answer: %(entity)s."), *OPERATION
    ),
}

# === WHAT THE CONNECTOR DECIDED ITSELF === #

FAULT_REASONS = {
    "delivery_fault": Entry(
        _lt("The delivery itself failed (%(kind)s), see the log."),
        "administrator",
        _lt("It is tried again by itself. Look for the fault in the server's log."),
    ),
    "body_fault": Entry(_lt("The body cannot be built (%(kind)s)."), *FAULT),
    "call_fault": Entry(_lt("The call cannot be sent (%(kind)s)."), *FAULT),
}
PERSON_REASONS = {
    "paused_by_hand": Entry(
        _lt("Paused by %(user)s"),
        "mindbox_manager",
        _lt("Start it again: it goes on where it has stopped."),
        label=_lt("Paused by hand"),
    ),
    "cancelled_by_hand": Entry(
        _lt("Cancelled by %(user)s"), *NOTHING, label=_lt("Cancelled by hand")
    ),
    "dismissed": Entry(
        _lt("Dismissed by %(user)s: %(why)s"),
        *NOTHING,
        label=_lt("Dismissed"),
        choices={"why": ("mindbox.dismissal", "why")},
    ),
    "no_customer": Entry(
        _lt(
            "The customer is none for Mindbox: an employee, a visitor without "
            "an account, or excluded."
        ),
        *NOTHING,
    ),
    "customer_erased": Entry(_lt("The customer was erased."), *NOTHING),
    "neutralized": Entry(
        _lt("Cancelled in a neutralized copy of the database."), *NOTHING
    ),
    "pace": Entry(_lt("Keeps to the calls per minute."), *NOTHING),
    "other": Entry(
        _lt("%(text)s"),
        "mindbox_manager",
        _lt("It was written down by an earlier version: resend what should still go."),
        label=_lt("Another reason"),
    ),
}
RULE_REASONS = {
    "record_gone": Entry(
        _lt("The record no longer exists."),
        "nobody",
        _lt("Nothing to do: there is nothing left to send."),
    ),
    "event_gone": Entry(
        _lt("There is no event “%(event)s”."),
        "nobody",
        _lt("If it should go, install the add-on again that knew it, then resend."),
    ),
    "operation_off": Entry(
        _lt("The operation is switched off."),
        "nobody",
        _lt("If Mindbox should hear of it, switch the operation on, then resend."),
    ),
    "mode_mismatch": Entry(
        _lt(
            "The mode of the operation does not fit: an import of many records "
            "needs Bulk, a single one Asynchronous or Synchronous."
        ),
        "administrator",
        _lt("Choose another mode at the operation, then resend."),
    ),
    "status_unmapped": Entry(
        _lt("No status is mapped for “%(milestone)s”."),
        "nobody",
        _lt("If Mindbox should hear of it, fill in its status, then resend."),
        choices={"milestone": ("mindbox.order.status", "milestone")},
    ),
    "product_without_id": Entry(
        _lt("The product “%(product)s” has no %(reference)s."),
        "customer_data",
        _lt("Fill it in at the product, then resend."),
        choices={"reference": ("mindbox.endpoint", "product_ref")},
    ),
    "no_website": Entry(
        _lt("The company has no website."),
        "administrator",
        _lt("Make a website for the company, or choose one, then resend."),
    ),
    "no_contact": Entry(
        _lt("No contact: the customer has neither e-mail nor phone."),
        "customer_data",
        _lt("Enter an e-mail or a phone that can be used: it is sent with it."),
    ),
    "no_identity": Entry(
        _lt(
            "It names neither a customer nor a device: Mindbox could tell nobody by it."
        ),
        "nobody",
        _lt(
            "Nothing to do. If visitors should be known by their device, switch Send "
            "Device on at the operation."
        ),
    ),
    "name_too_long": Entry(
        _lt("The name is cut: Mindbox takes 100 characters."),
        "customer_data",
        _lt("Shorten the name."),
    ),
    "name_letters": Entry(
        _lt("Mindbox empties the name, since its alphabet does not have: %(letters)s"),
        "mindbox_manager",
        _lt(
            "Have the alphabet added in the Mindbox project, and choose it at the "
            "integration point; or write the name in other letters."
        ),
        label=_lt("Letters of a name that Mindbox does not take"),
    ),
    "no_card_missing": Entry(
        _lt("Mindbox knows all cards by now."),
        *NOTHING,
    ),
    "guest_with_account": Entry(
        _lt(
            "A guest: there is a customer with an account and this e-mail, "
            "whom it would be taken away from."
        ),
        *NOTHING,
    ),
    "contact_of_other": Entry(
        _lt(
            "Another customer has the same e-mail or phone, and Mindbox knows both as "
            "that one."
        ),
        *NOTHING,
    ),
    "status_in_lines": Entry(
        _lt("Not all of the order is kept: its lines tell the status."), *NOTHING
    ),
    "merged_unknown": Entry(
        _lt("Mindbox was never told of who was merged into the customer."), *NOTHING
    ),
    "contact_own": Entry(_lt("The customer owns the contact again."), *NOTHING),
    "customer_excluded": Entry(
        _lt("Excluded customer: see Customers of the integration point."), *NOTHING
    ),
    "sent_instead": Entry(
        _lt("Mindbox has refused it, so that it was sent as “%(event)s”."),
        *NOTHING,
        label=_lt("Sent as another event"),
        choices={"event": ("mindbox.operation", "event")},
    ),
    "cart_ordered": Entry(_lt("The cart has become an order."), *NOTHING),
    "order_returned": Entry(_lt("All of the order came back."), *NOTHING),
    "order_cancelled": Entry(_lt("The order is cancelled."), *NOTHING),
}

REASONS = {
    **NETWORK_REASONS,
    **SETTINGS_REASONS,
    **REFUSAL_REASONS,
    **FAULT_REASONS,
    **PERSON_REASONS,
    **RULE_REASONS,
}
