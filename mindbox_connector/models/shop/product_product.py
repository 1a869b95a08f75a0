# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from ..capture.visitor import get_website

# What the catalogue at Mindbox shows of a variant.
OFFER_FIELDS = frozenset(
    {
        "active",
        "barcode",
        "default_code",
        "image_variant_1920",
        "product_template_attribute_value_ids",
        "product_variant_image_ids",
    }
)


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product", "mindbox.source"]

    @api.model_create_multi
    def create(self, vals_list):
        products = super().create(vals_list)
        products._mindbox_mark_offer()
        return products

    def write(self, vals):
        """Who waits for a product is a field of the product, not of the customer."""
        if not OFFER_FIELDS.isdisjoint(vals):
            self._mindbox_mark_offer()
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

    def _mindbox_mark_offer(self):
        """Mark products as changed where their changes are told at once at all."""
        if self and self.env["mindbox.endpoint"]._listens_to("product_set"):
            self._mindbox_mark("product_set")

    # === SOURCE: changes === #

    def _mindbox_prepare_rows(self, mark, entry, visitor, *options):
        """A change is the shop's, whoever caused it."""
        if mark.event == "product_set":
            visitor = dict.fromkeys(visitor)
        return super()._mindbox_prepare_rows(mark, entry, visitor, *options)

    def _mindbox_endpoints(self, website_id):
        """A view has a website; a change concerns all that sell the product."""
        if website_id:
            return super()._mindbox_endpoints(website_id)
        website, company = self.website_id, self.company_id
        routes = self.env["mindbox.endpoint"]._get_routes()
        endpoints = self.env["mindbox.endpoint"].browse(
            endpoint_id
            for endpoint_id, site, _company in routes
            if not website or site in (False, website.id)
        )
        return endpoints.filtered(
            lambda e: not company or company in e.company_id.parent_ids
        )

    # === SOURCE: views === #

    def _mindbox_concerns(self, event, customer, visitor):
        if event == "product_set":
            return self.sale_ok or self.is_published
        return bool(customer or visitor["device_uuid"])

    def _mindbox_product_view_body(self, endpoint, customer_id):
        endpoint._check_product_ids(self)
        ids = endpoint._get_product_ids(self)
        viewed = endpoint._wrap_view("viewProduct", "product", ids)
        customer = self._mindbox_fact_customer(customer_id)
        return viewed | customer._mindbox_customer_part(endpoint)

    def _mindbox_list_item(self, endpoint):
        """Return the product as an item of a list."""
        item = {"product": {"ids": endpoint._get_product_ids(self)}, "count": 1}
        if endpoint.list_prices:
            price = endpoint._convert(
                self.list_price, self.currency_id, endpoint.company_id
            )
            item["pricePerItem"] = price
        return item
