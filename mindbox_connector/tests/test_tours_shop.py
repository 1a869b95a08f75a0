# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The pages of the shop as customers use them, in a real browser."""

from odoo.fields import Command
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestShopTours(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        endpoints = cls.env["mindbox.endpoint"]
        endpoints.search([]).state = "draft"
        cls.endpoint = endpoints.create(
            {
                "name": "Tour shop",
                "url": "http://localhost:9",
                "endpoint_code": "Tour.Website",
                "secret_key": "key",
            }
        )
        cls.endpoint.action_start()
        cls.product = cls.env["product.product"].create(
            {"name": "Tour lamp", "list_price": 10, "is_published": True}
        )
        cls.portal = cls.env["res.users"].create(
            {
                "name": "Tour customer",
                "login": "mindbox_tour",
                "password": "mindbox_tour",
                "email": "tour@example.com",
                "lang": "en_US",
                "group_ids": [Command.set(cls.env.ref("base.group_portal").ids)],
            }
        )

    def recorded(self, event):
        return self.env["mindbox.request"].search([("event", "=", event)])

    def test_a_customer_marks_an_order_without_leaving_the_page(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.portal.partner_id.id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        order.action_confirm()
        self.start_tour(
            "/my/orders", "mindbox_favorite_order_tour", login="mindbox_tour"
        )
        self.assertTrue(order.is_favorite)
        self.assertTrue(self.recorded("order_favorite"))

    def test_a_customer_chooses_what_to_hear(self):
        self.start_tour(
            "/my/subscriptions", "mindbox_subscriptions_tour", login="mindbox_tour"
        )
        decision = self.portal.partner_id.mindbox_consent_ids
        self.assertEqual(
            decision.mapped(lambda d: (d.channel, d.is_subscribed, d.source)),
            [("email", True, "portal")],
        )
        self.assertTrue(decision.wording)

    def test_a_customer_looks_at_a_product(self):
        self.start_tour(
            self.product.website_url, "mindbox_product_view_tour", login="mindbox_tour"
        )
        self.assertEqual(
            self.recorded("product_view").partner_id, self.portal.partner_id
        )
