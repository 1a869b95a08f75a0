# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from .standing import Standing


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "mindbox.guarded"]

    delivered_at = fields.Datetime(
        copy=False,
        readonly=True,
        help="When the carrier handed the goods over to the customer.",
    )

    def _action_done(self):
        """Goods have left, or come back; the rest may be given up."""
        with self.sale_id._mindbox_watch():
            return super()._action_done()

    def action_cancel(self):
        """What was still to be shipped, or to come back, never will be."""
        with self.sale_id._mindbox_watch():
            return super().action_cancel()

    def action_mindbox_delivered(self):
        """The carrier has handed the goods over.

        :raise AccessError: the user may not change these transfers
        """
        self.check_access("write")
        arrived = self._mindbox_to_customers().filtered(
            lambda picking: picking.state == "done" and not picking.delivered_at
        )
        arrived.sudo().write({"delivered_at": fields.Datetime.now()})
        return True

    def write(self, vals):
        result = super().write(vals)
        if vals.get("delivered_at"):
            for order in self._mindbox_to_customers().sale_id:
                is_full = Standing(order).delivery == "full"
                if is_full and order._mindbox_is_handed_over():
                    order._mindbox_mark_status("delivered")
        return result

    def _mindbox_to_customers(self):
        """Return what leaves for customers: also from a supplier directly."""
        return self.filtered(
            lambda picking: picking.location_dest_id.usage == "customer"
        )
