# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An e-mail or phone turned out to be invalid in Mindbox, or was confirmed there."""

from odoo import models
from odoo.tools import email_normalize
from odoo.tools.translate import LazyTranslate

from ...exceptions import MindboxRejected, MindboxSkipped
from .kinds import InboundKind

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

# By Mindbox's names of a contact: the field of the contact that it is.
CONTACTS = {"email": "email", "mobilephone": "phone", "phone": "phone"}
# By what Mindbox says of it: what is shown of it; nothing where it is valid again.
STATES = {"invalid": "invalid", "confirmed": "confirmed", "valid": False}


class MindboxCatalogue(models.AbstractModel):
    _name = "mindbox.catalogue"
    _inherit = ["mindbox.catalogue"]

    def _inbound_kinds(self):
        contact = InboundKind(
            _lt("Contact invalid or confirmed"),
            _lt("An e-mail or phone became invalid, valid, or was confirmed."),
            {"contact": "email", "status": "invalid"},
        )
        return super()._inbound_kinds() | {"contact": contact}


class MindboxInbound(models.Model):
    _name = "mindbox.inbound"
    _inherit = ["mindbox.inbound"]

    def _apply_contact(self, data):
        """Mark the customer's e-mail or phone.

        :return: the customer
        :raise MindboxReasonError: it cannot be understood, or something newer is known
        """
        field = CONTACTS.get(str(data.get("contact")).lower())
        status = str(data.get("status")).lower()
        if not field:
            raise MindboxRejected("inbound_part", part="contact")
        if status not in STATES:
            raise MindboxRejected("inbound_part", part="status")
        self._check_contact(data["customer"])
        state, moment = f"mindbox_{field}_state", f"mindbox_{field}_state_at"
        self._check_newer(
            self.partner_id[moment], self.partner_id[state], STATES[status]
        )
        self.partner_id.write({state: STATES[status], moment: self.occurred_at})
        return self.partner_id

    def _check_contact(self, customer):
        """Check that the customer still has the e-mail that Mindbox speaks of."""
        email = email_normalize(str(customer.get("email") or ""), strict=False)
        if email and email != self.partner_id.email_normalized:
            raise MindboxSkipped("inbound_contact_changed")
