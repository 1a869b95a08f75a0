# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product"]

    def _mindbox_recommendation_view_body(self, endpoint, customer_id, source, shown):
        """Return what was seen together: the products stand in one field, as shown."""
        products = endpoint._with_sender(self.browse(shown)).exists()
        ids = [
            value for p in products for value in endpoint._get_product_ids(p).values()
        ]
        customer = self._mindbox_fact_customer(customer_id)
        told = {"recommendationSource": source, "recommendedProducts": "|".join(ids)}
        return {
            **customer._mindbox_customer_part(endpoint),
            "customerAction": {"customFields": told},
        }

    def _mindbox_recommendation_click_body(self, endpoint, customer_id, source, shown):
        viewed = self._mindbox_product_view_body(endpoint, customer_id)
        told = {"customFields": {"recommendationSource": source}}
        return {**viewed, "customerAction": told}
