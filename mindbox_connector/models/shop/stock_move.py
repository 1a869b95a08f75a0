# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class StockMove(models.Model):
    _inherit = "stock.move"

    @api.model_create_multi
    def create(self, vals_list):
        """What came back or was given up can be planned anew."""
        ids = {vals["sale_line_id"] for vals in vals_list if vals.get("sale_line_id")}
        lines = self.env["sale.order.line"].sudo().browse(ids)
        again = lines.filtered(lambda line: "done" in line.move_ids.mapped("state"))
        with again.order_id._mindbox_watch():
            return super().create(vals_list)

    def write(self, vals):
        """How much has left can be corrected afterwards."""
        done = self.browse()
        if "quantity" in vals:
            done = self.sudo().filtered(lambda move: move.state == "done")
        with done.sale_line_id.order_id._mindbox_watch():
            return super().write(vals)
