# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def write(self, vals):
        """Invoices and credit notes count once they are posted, until they are not."""
        moves = self if "state" in vals else self.browse()
        with moves._mindbox_orders()._mindbox_watch():
            return super().write(vals)

    def _mindbox_orders(self):
        """Return the orders that are invoiced or credited."""
        lines = self.sudo().filtered(lambda move: move.is_sale_document()).line_ids
        return lines.sale_line_ids.order_id
