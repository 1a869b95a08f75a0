# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class LoyaltyHistory(models.Model):
    _inherit = "loyalty.history"

    @api.model_create_multi
    def create(self, vals_list):
        """Odoo writes the line just before it moves the points: note the order."""
        lines = super().create(vals_list)
        for line in lines.filtered(lambda line: line.order_model == "sale.order"):
            order = self.env["sale.order"].browse(line.order_id)
            line.card_id._mindbox_note_cause(order, line.issued - line.used)
        return lines
