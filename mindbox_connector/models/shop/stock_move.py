# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _mindbox_mark_returned(self):
        """Mark what customers have sent back for good, by line of the order."""
        returned = self._mindbox_returned()
        for order, moves in returned.grouped(lambda m: m.sale_line_id.order_id).items():
            order._mindbox_mark("order_update")
            order._mindbox_mark(
                "order_status",
                milestone="returned",
                in_lines=True,
                lines=[[m.sale_line_id.id, m._mindbox_quantity()] for m in moves],
            )

    def _mindbox_returned(self):
        """Return the moves by which customers have sent something back for good."""
        return self.filtered(
            lambda move: move.state == "done"
            and move.sale_line_id
            and move.to_refund
            and move.location_id.usage == "customer"
        )

    def _mindbox_quantity(self):
        """Return the done quantity in the unit of the product."""
        return self.product_uom._compute_quantity(
            self.quantity, self.product_id.uom_id, round=False
        )
