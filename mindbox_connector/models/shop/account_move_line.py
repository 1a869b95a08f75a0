# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _mindbox_order_line(self):
        """Return the line of the order that was invoiced or refunded."""
        return self.sale_line_ids[:1]

    def _mindbox_is_returned_line(self):
        """Whether a credit note is all that tells of a return: no goods come back.

        Mindbox knows no lines for discounts and the delivery.
        """
        line = self._mindbox_order_line()
        return line.qty_delivered_method != "stock_move" and line._mindbox_goods()

    def _mindbox_quantity(self):
        """Return the quantity in the unit of the product."""
        return self.product_uom_id._compute_quantity(
            self.quantity, self.product_id.uom_id, round=False
        )
