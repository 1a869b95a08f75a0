# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...reasons import NOTHING, Entry

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

TEMPLATE = (
    "mindbox_manager",
    _lt("Correct the body of the webhook in Mindbox: see What to Paste into Mindbox."),
)
INBOUND_REASONS = {
    "inbound_kind": Entry(
        _lt("Mindbox tells something that is not known here: %(kind)s."), *TEMPLATE
    ),
    "inbound_fault": Entry(
        _lt("It cannot be applied (%(kind)s)."),
        "administrator",
        _lt("Look for the fault in the server's log, then apply it again."),
    ),
    "inbound_nobody": Entry(_lt("The call names no customer."), *TEMPLATE),
    "inbound_unknown": Entry(
        _lt("There is no such customer here."),
        "customer_data",
        _lt("Where it is one of yours, correct the contact, then apply it again."),
    ),
    "inbound_ambiguous": Entry(
        _lt("Several customers have the e-mail or phone of the call."),
        "customer_data",
        _lt("Merge them if they are one person, then apply it again."),
    ),
    "inbound_part": Entry(_lt("The call has no usable “%(part)s”."), *TEMPLATE),
    "inbound_topic": Entry(
        _lt("There is no topic “%(topic)s” here."),
        "mindbox_manager",
        _lt("Add it to the topics in Configuration, then apply it again."),
        label=_lt("A topic that is not known here"),
    ),
    "inbound_known": Entry(_lt("It is known here already."), *NOTHING),
    "inbound_outdated": Entry(
        _lt("Mindbox has told something newer on the same thing."), *NOTHING
    ),
    "inbound_conflict": Entry(
        _lt("Conflict: the customer has decided otherwise here, and later."),
        "nobody",
        _lt("Nothing to do: the later decision counts, and Mindbox is told of it."),
    ),
    "inbound_contact_changed": Entry(
        _lt("The customer has another e-mail by now."), *NOTHING
    ),
    "inbound_card": Entry(
        _lt("The customer has no such card here, or several and none is named."),
        "customer_data",
        _lt("Issue the card, or have the webhook name it, then apply it again."),
    ),
    "inbound_program": Entry(
        _lt("No program is chosen for promo codes of Mindbox."),
        "mindbox_manager",
        _lt("Choose one at the integration point, then apply it again."),
    ),
    "inbound_code_taken": Entry(
        _lt("The promo code is another one's here already."),
        "mindbox_manager",
        _lt("Have Mindbox issue other codes, or remove the one that is here."),
    ),
    "inbound_action": Entry(
        _lt("No server action is chosen for calls from Mindbox."),
        "administrator",
        _lt("Choose one at the integration point, then apply it again."),
    ),
    "consent_outdated": Entry(
        _lt("The customer has decided otherwise in Mindbox, and later."), *NOTHING
    ),
}


class MindboxReason(models.AbstractModel):
    _name = "mindbox.reason"
    _inherit = ["mindbox.reason"]

    def _reasons(self):
        return super()._reasons() | INBOUND_REASONS
