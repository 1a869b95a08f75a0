# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ...exceptions import MindboxSkipped
from .mindbox_action import PREFIX


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    def _mindbox_mark_mapped(self):
        self._mindbox_mark("customer_edit")

    def _mindbox_profile(self, endpoint):
        profile = super()._mindbox_profile(endpoint)
        return profile | endpoint._get_custom_part(self)

    def _mindbox_body(self, event, endpoint, **facts):
        """The events of server actions are told by one method."""
        if event.startswith(PREFIX):
            action_id = int(event.removeprefix(PREFIX))
            return self._mindbox_action_body(endpoint, action_id, **facts)
        return super()._mindbox_body(event, endpoint, **facts)

    def _mindbox_action_body(self, endpoint, action_id, record_model, record_id):
        """Return what an action tells of a record of this customer.

        :raise MindboxSkipped: the record was deleted in the same transaction
        """
        record = self.env[record_model].browse(record_id).exists()
        if not record:
            raise MindboxSkipped("record_gone")
        action = self.env["ir.actions.server"].browse(action_id)
        body = action._get_mindbox_body(endpoint, record)
        customer = body.get("customer", {}) | self._mindbox_identity(endpoint)
        return body | {"customer": customer}
