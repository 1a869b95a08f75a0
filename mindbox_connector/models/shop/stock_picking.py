# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    delivered_at = fields.Datetime(
        copy=False,
        readonly=True,
        help="When the carrier handed the goods over to the customer.",
    )

    def _action_done(self):
        """Goods have left, or come back."""
        result = super()._action_done()
        done = self.filtered(lambda picking: picking.state == "done")
        for order in done._mindbox_to_customers().sale_id:
            order._mindbox_mark("order_status", milestone=order._mindbox_shipped())
        done.move_ids._mindbox_mark_returned()
        return result

    def action_cancel(self):
        """What was still to be shipped never will be: then all of it has left."""
        orders = self._mindbox_to_customers().sale_id
        partial = orders.filtered(lambda order: order.delivery_status == "partial")
        result = super().action_cancel()
        for order in partial.filtered(lambda order: order.delivery_status == "full"):
            order._mindbox_mark("order_status", milestone=order._mindbox_shipped())
        return result

    def action_mindbox_delivered(self):
        """The carrier has handed the goods over."""
        arrived = self._mindbox_to_customers().filtered(
            lambda picking: picking.state == "done" and not picking.delivered_at
        )
        arrived.write({"delivered_at": fields.Datetime.now()})
        return True

    def write(self, vals):
        result = super().write(vals)
        if vals.get("delivered_at"):
            for order in self._mindbox_to_customers().sale_id:
                if order.delivery_status == "full" and order._mindbox_is_handed_over():
                    order._mindbox_mark("order_status", milestone="delivered")
        return result

    def _mindbox_to_customers(self):
        """Return what leaves for customers: also from a supplier directly."""
        return self.filtered(
            lambda picking: picking.location_dest_id.usage == "customer"
        )
