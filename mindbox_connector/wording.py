# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reasons in the language of whoever reads them.

Reasons are kept in English: the client knows no users, and a request waits for people
of several languages. They are translated where they are shown.
"""

import re

from .reasons import REASONS


def _sentences(_):
    """Return {code: what the client and the delivery may say}; %s stands for details.

    The codes are what monitoring goes by: they stay when the words change.

    :param _: ``env._``, or ``str`` for the English as it is stored
    """
    # pylint: disable=prefer-env-translation
    return {
        "credentials": _(
            "Mindbox does not accept the credentials (401): check the secret key, "
            "and that this shop is allowed in the integration point."
        ),
        "key_refused": _(
            "Mindbox refuses this secret key for this integration point (403)."
        ),
        "address": _("Nothing answers at this address (404): check the URL."),
        "proxy_credentials": _(
            "The proxy between Odoo and Mindbox asks for credentials (407)."
        ),
        "unusable_settings": _(
            "The URL or the secret key cannot be used as it is: check both."
        ),
        "tls": _("The secure connection to Mindbox failed (TLS)."),
        "proxy": _("The proxy does not connect to Mindbox."),
        "dns": _("The address of Mindbox cannot be found (DNS)."),
        "connection_refused": _(
            "Nothing accepts connections at the address of Mindbox."
        ),
        "connect_timeout": _("Mindbox cannot be reached in time."),
        "timeout": _("Mindbox does not answer in time."),
        "connection_broken": _("The connection to Mindbox broke off."),
        "unreadable": _("The answer of Mindbox is unreadable."),
        "throttled": _("Mindbox asks to slow down (429)."),
        "server_error": _("Mindbox is out of order (%s)."),
        "out_of_order": _("Mindbox is out of order."),
        "redirect": _("The address answers with a redirect (%s)."),
        "not_mindbox": _("What answers is not Mindbox."),
        "refused": _("Mindbox refuses the call (%s)."),
        "not_found": _("Mindbox: %s not found."),
        "ambiguous": _("Mindbox: %s cannot be told apart from another one."),
        "not_processed": _("Mindbox: %s not processed."),
        "invalid": _("Mindbox: %s not valid."),
        "not_understood": _("Mindbox: %s not understood."),
        "other_customer": _("Mindbox: %s already belongs to another customer."),
        "delivery_fault": _("The delivery itself failed (%s), see the log."),
        "body_fault": _("The body cannot be built (%s)."),
        "call_fault": _("The call cannot be sent (%s)."),
        "no_status": _("No status is mapped for “%s”."),
    }


PATTERNS = {
    code: re.compile(re.escape(sentence).replace("%s", "(.*)"), re.DOTALL)
    for code, sentence in _sentences(str).items()
}


def _recognise(reason):
    """Return (code, details) of a stored reason, (None, ()) where it is unknown."""
    for code, pattern in PATTERNS.items():
        if match := pattern.fullmatch(reason or ""):
            return code, match.groups()
    return None, ()


def in_english(code, details):
    """Return a reason as it is stored where sentences are still kept."""
    if code not in REASONS:
        return code
    return REASONS[code].meaning._source % details


def get_code(reason):
    """Return the code of a stored reason, "other" where it is somebody else's words."""
    return _recognise(reason)[0] or "other"


def in_words(env, reason):
    """Return a stored reason in the user's language; foreign words stay as they are.

    :param str reason: what the client, the delivery or Mindbox said
    """
    code, details = _recognise(reason)
    if code:
        return _sentences(env._)[code] % details
    # A fixed sentence of a body or rule is a term already; what Mindbox says is none.
    translate = env._
    return translate(reason) if reason else ""
