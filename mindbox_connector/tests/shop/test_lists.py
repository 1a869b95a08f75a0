# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Wish lists, waiting lists and views."""

from odoo.tests import tagged

from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestLists(SourceCase):
    def wish(self, product, partner=None):
        return self.env["product.wishlist"].create(
            {
                "partner_id": partner and partner.id,
                "product_id": product.id,
                "website_id": self.website.id,
                "price": 42,
            }
        )

    def test_the_wish_list_is_sent_as_it_is(self):
        self.wish(self.product, self.customer)
        self.wish(self.other_product, self.customer)
        products = [
            item["product"]["ids"]["website"]
            for item in self.body("wishlist_set")["productList"]
        ]
        self.assertEqual(
            set(products), {str(self.product.id), str(self.other_product.id)}
        )

    def test_an_emptied_wish_list_is_cleared(self):
        wish = self.wish(self.product, self.customer)
        self.recorded()
        wish.unlink()
        row = self.recorded("wishlist_set")
        self.build(row)
        self.assertEqual(row.event, "wishlist_clear")

    def test_the_wishes_of_a_visitor_become_those_of_the_customer_at_login(self):
        wish = self.wish(self.product)
        self.assertFalse(self.recorded())
        wish.partner_id = self.customer
        self.assertEqual(len(self.body("wishlist_set")["productList"]), 1)

    def test_who_waits_for_a_product_is_told_and_so_is_the_end_of_it(self):
        self.product.stock_notification_partner_ids = self.customer
        self.assertEqual(len(self.body("restock_set")["productList"]), 1)
        self.product.stock_notification_partner_ids -= self.customer
        self.assertEqual(self.body("restock_set")["productList"], [])

    def test_a_view_carries_customer_and_product(self):
        self.product._mindbox_mark(
            "product_view", website=self.website, customer_id=self.customer.id
        )
        body = self.body("product_view")
        self.assertEqual(
            body["viewProduct"], {"product": {"ids": {"website": str(self.product.id)}}}
        )
        self.assertEqual(body["customer"]["ids"], {"websiteID": str(self.customer.id)})

    def test_a_view_by_nobody_known_is_not_recorded(self):
        self.product._mindbox_mark(
            "product_view", website=self.website, customer_id=False
        )
        self.assertFalse(self.recorded())

    def test_the_body_of_a_view_can_be_bare(self):
        self.endpoint.wrap_views = False
        category = self.env["product.public.category"].create({"name": "Lamps"})
        category._mindbox_mark(
            "category_view", website=self.website, customer_id=self.customer.id
        )
        body = self.body("category_view")
        self.assertEqual(
            body["productCategory"], {"ids": {"website": str(category.id)}}
        )
