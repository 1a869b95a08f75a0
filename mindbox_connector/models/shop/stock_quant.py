# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        quants = super().create(vals_list)
        quants._mindbox_mark_offers()
        return quants

    def write(self, vals):
        if not {"quantity", "reserved_quantity"}.isdisjoint(vals):
            self._mindbox_mark_offers()
        return super().write(vals)

    def _mindbox_mark_offers(self):
        """Mark the products that can run out of stock, or come back."""
        if self.env["mindbox.endpoint"]._listens_to("product_set"):
            # Stock is moved by people who need not read products.
            self.sudo().product_id.filtered(
                lambda product: not product.allow_out_of_stock_order
            )._mindbox_mark_offer()
