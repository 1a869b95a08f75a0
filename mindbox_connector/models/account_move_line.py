# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _mindbox_order_line(self):
        """Return the line of the order that was invoiced or refunded."""
        return self.sale_line_ids[:1]

    def _mindbox_quantity(self):
        """Return the quantity in the unit of the product."""
        return self.product_uom_id._compute_quantity(
            self.quantity, self.product_id.uom_id, round=False
        )
