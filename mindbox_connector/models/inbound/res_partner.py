# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    def _on_erase(self):
        self.env["mindbox.inbound"]._forget(self)
        return super()._on_erase()

    def _get_mindbox_knowers(self):
        """Whoever has called about a customer knows him."""
        knowers = super()._get_mindbox_knowers()
        groups = self.env["mindbox.inbound"]._read_group(
            [("partner_id", "in", self.ids)], ["partner_id"], ["endpoint_id:recordset"]
        )
        for partner, endpoints in groups:
            knowers[partner] |= endpoints
        return knowers
