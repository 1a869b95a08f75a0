# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A changed product, told at once, with what the product feed says of it."""

from odoo import models

from ...exceptions import MindboxSkipped


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product"]

    def _mindbox_product_set_body(self, endpoint):
        endpoint._check_product_ids(self)
        feed = endpoint._get_feed(self.website_id)
        if not feed.website_id:
            raise MindboxSkipped("no_website")
        offer = feed._read_offers(self)[self.id]
        categories = [
            {"ids": {endpoint.category_id_name: ref}} for ref in offer["categories"]
        ]
        product = {
            "ids": endpoint._get_product_ids(self),
            "name": offer["name"],
            "description": offer["description"],
            "url": offer["url"],
            "pictureUrl": next(iter(offer["pictures"]), None),
            "price": float(offer["price"]),
            # What is not sent stays as it was: no discount is the price itself.
            "oldPrice": float(offer["old_price"] or offer["price"]),
            "isAvailable": offer["available"],
            "categories": categories,
            **endpoint._get_custom_part(self),
        }
        told = {key: value for key, value in product.items() if value is not None}
        return {"product": told}
