# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

TRACKED = frozenset({"partner_id", "product_id", "active"})


class ProductWishlist(models.Model):
    _inherit = "product.wishlist"

    @api.model_create_multi
    def create(self, vals_list):
        wishes = super().create(vals_list)
        wishes._mindbox_mark_lists()
        return wishes

    def write(self, vals):
        """A visitor who logs in becomes the owner of the wishes made before."""
        if not self or TRACKED.isdisjoint(vals):
            return super().write(vals)
        self._mindbox_mark_lists()
        result = super().write(vals)
        self._mindbox_mark_lists()
        return result

    def unlink(self):
        self._mindbox_mark_lists()
        return super().unlink()

    def _mindbox_mark_lists(self):
        """Mark the whole list of each owner; visitors have none yet."""
        for wish in self.sudo().filtered("partner_id"):
            wish.partner_id._mindbox_mark("wishlist_set", website=wish.website_id)

    def _mindbox_list_item(self, endpoint):
        """Return the wish with the price it had when it was made."""
        item = self.product_id._mindbox_list_item(endpoint)
        if endpoint.list_prices and self.currency_id:
            company = self.website_id.company_id
            price = endpoint._convert(self.price, self.currency_id, company)
            item["pricePerItem"] = price
        return item
