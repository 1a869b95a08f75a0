# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class ProductPublicCategory(models.Model):
    _name = "product.public.category"
    _inherit = ["product.public.category", "mindbox.source"]

    def _mindbox_concerns(self, event, customer, visitor):
        return bool(customer or visitor["device_uuid"])

    def _mindbox_category_view_body(self, endpoint, customer_id):
        ids = endpoint._get_category_ids(self)
        viewed = endpoint._wrap_view("viewProductCategory", "productCategory", ids)
        customer = self._mindbox_fact_customer(customer_id)
        return viewed | customer._mindbox_customer_part(endpoint)
