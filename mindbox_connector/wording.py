# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reasons in the language of whoever reads them.

Reasons are kept in English: the client knows no users, and a request waits for people
of several languages. They are translated where they are shown.
"""

import re


def _sentences(_):
    """Return what the client and the delivery may say, %s standing for details.

    :param _: ``env._``, or ``str`` for the English as it is stored
    """
    # pylint: disable=prefer-env-translation
    return (
        _(
            "Mindbox does not accept the credentials (401): check the secret key, "
            "and that this shop is allowed in the integration point."
        ),
        _("Mindbox refuses this secret key for this integration point (403)."),
        _("Nothing answers at this address (404): check the URL."),
        _("The proxy between Odoo and Mindbox asks for credentials (407)."),
        _("The URL or the secret key cannot be used as it is: check both."),
        _("The secure connection to Mindbox failed (TLS)."),
        _("The proxy does not connect to Mindbox."),
        _("The address of Mindbox cannot be found (DNS)."),
        _("Nothing accepts connections at the address of Mindbox."),
        _("Mindbox cannot be reached in time."),
        _("Mindbox does not answer in time."),
        _("The connection to Mindbox broke off."),
        _("The answer of Mindbox is unreadable."),
        _("Mindbox asks to slow down (429)."),
        _("Mindbox is out of order (%s)."),
        _("Mindbox is out of order."),
        _("The address answers with a redirect (%s)."),
        _("What answers is not Mindbox."),
        _("Mindbox refuses the call (%s)."),
        _("Mindbox: %s not found."),
        _("Mindbox: %s cannot be told apart from another one."),
        _("Mindbox: %s not processed."),
        _("Mindbox: %s not valid."),
        _("Mindbox: %s not understood."),
        _("Mindbox: %s already belongs to another customer."),
        _("The delivery itself failed (%s), see the log."),
        _("The body cannot be built (%s)."),
        _("The call cannot be sent (%s)."),
        _("No status is mapped for “%s”."),
    )


PATTERNS = [
    re.compile(re.escape(sentence).replace("%s", "(.*)"), re.DOTALL)
    for sentence in _sentences(str)
]


def in_words(env, reason):
    """Return a stored reason in the user's language; foreign words stay as they are.

    :param str reason: what the client, the delivery or Mindbox said
    """
    for position, pattern in enumerate(PATTERNS):
        if match := pattern.fullmatch(reason or ""):
            return _sentences(env._)[position] % match.groups()
    # A fixed sentence of a body or rule is a term already; what Mindbox says is none.
    translate = env._
    return translate(reason) if reason else ""
