# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

# What the catalogue at Mindbox shows of a product.
OFFER_FIELDS = frozenset(
    {
        "active",
        "allow_out_of_stock_order",
        "compare_list_price",
        "description_ecommerce",
        "description_sale",
        "image_1920",
        "is_published",
        "is_storable",
        "list_price",
        "name",
        "product_template_image_ids",
        "public_categ_ids",
        "sale_ok",
        "taxes_id",
        "website_id",
        "website_published",
    }
)


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def write(self, vals):
        if OFFER_FIELDS.isdisjoint(vals):
            return super().write(vals)
        variants = self.with_context(active_test=False).product_variant_ids
        variants._mindbox_mark_offer()
        return super().write(vals)
