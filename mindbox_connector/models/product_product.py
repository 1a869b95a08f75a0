# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from .mindbox_source import get_website


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product", "mindbox.source"]

    def write(self, vals):
        """Who waits for a product is a field of the product, not of the customer."""
        if "stock_notification_partner_ids" not in vals:
            return super().write(vals)
        before = self._mindbox_get_waiting()
        result = super().write(vals)
        changed = {
            partner for _product, partner in before ^ self._mindbox_get_waiting()
        }
        partners = self.env["res.partner"].browse(changed)
        partners._mindbox_mark("restock_set", website=get_website())
        return result

    def _mindbox_get_waiting(self):
        """Return {(product ID, partner ID)} of who waits for these products."""
        return {
            (product.id, partner.id)
            for product in self.sudo()
            for partner in product.stock_notification_partner_ids
        }

    # === SOURCE: views === #

    def _mindbox_concerns(self, event, customer, visitor):
        return bool(customer or visitor["device_uuid"])

    def _mindbox_product_view_body(self, endpoint, customer_id):
        endpoint._check_product_ids(self)
        ids = endpoint._get_product_ids(self)
        customer = self._mindbox_fact_customer(customer_id)
        return endpoint._get_view_body("viewProduct", "product", ids, customer)

    def _mindbox_list_item(self, endpoint):
        """Return the product as an item of a list."""
        item = {"product": {"ids": endpoint._get_product_ids(self)}, "count": 1}
        if endpoint.list_prices:
            price = endpoint._convert(
                self.list_price, self.currency_id, endpoint.company_id
            )
            item["pricePerItem"] = price
        return item
