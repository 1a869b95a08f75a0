# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Customers were merged in Mindbox: somebody has to look at the contacts here.

They are not merged by themselves: that cannot be undone, and whoever has the key could
take over an account.
"""

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...exceptions import MindboxRejected, MindboxSkipped
from .kinds import InboundKind

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

# Contacts that a person can merge in Odoo at once.
MOST = 20


class MindboxCatalogue(models.AbstractModel):
    _name = "mindbox.catalogue"
    _inherit = ["mindbox.catalogue"]

    def _inbound_kinds(self):
        merge = InboundKind(
            _lt("Customers merged"),
            _lt("Customers were merged; the customer is the one who stays."),
            {"mergedCustomers": [{"ids": {}}]},
        )
        return super()._inbound_kinds() | {"merge": merge}


class MindboxInbound(models.Model):
    _name = "mindbox.inbound"
    _inherit = ["mindbox.inbound"]

    def _apply_merge(self, data):
        """Have somebody merge the contacts, too.

        :return: the customer who stays
        :raise MindboxReasonError: nobody else is named, or they are one here already
        """
        merged = data.get("mergedCustomers")
        if not isinstance(merged, list) or not 0 < len(merged) <= MOST:
            raise MindboxRejected("inbound_part", part="mergedCustomers")
        others = self.env["res.partner"].union(*(self._find_if(one) for one in merged))
        others -= self.partner_id
        if not others:
            raise MindboxSkipped("inbound_known")
        # IDs only: a note is read by everybody who reads the contact.
        note = self.env._(
            "Mindbox has merged the contacts %(ids)s into this one. Where they are one "
            "person, merge them here, too.",
            ids=", ".join(map(str, others.ids)),
        )
        user = self.endpoint_id.user_id
        self.partner_id.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Merged in Mindbox"),
            note=note,
            user_id=user.id or self.env.user.id,
        )
        return self.partner_id

    def _find_if(self, customer):
        """Return a customer by ID; who is none here, or not any more, is merged."""
        try:
            customer = customer if isinstance(customer, dict) else {}
            return self._find_by_id(customer)
        except (MindboxRejected, MindboxSkipped):
            return self.env["res.partner"]
