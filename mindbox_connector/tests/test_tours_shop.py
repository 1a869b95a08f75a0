# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The pages of the shop as customers use them, in a real browser."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from odoo.fields import Command
from odoo.tests import HttpCase, tagged


class Tracker(BaseHTTPRequestHandler):
    """Serves an empty tracker, and writes down who asked for it."""

    asked = []

    def do_GET(self):
        self.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


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

    def serve_tracker(self):
        """Return what browsers ask Mindbox for, on a website with a cookies bar."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), Tracker)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        Tracker.asked.clear()
        self.endpoint.url = f"http://127.0.0.1:{server.server_port}"
        website = self.env["website"].get_current_website()
        website.write({"mindbox_tracker": True, "cookies_bar": True})
        return Tracker.asked

    def test_nothing_of_mindbox_is_loaded_before_the_visitor_has_agreed(self):
        asked = self.serve_tracker()
        self.start_tour("/shop", "mindbox_tracker_tour", login="mindbox_tour")
        self.assertFalse(asked)

    def test_the_tracker_is_loaded_once_the_visitor_has_agreed(self):
        asked = self.serve_tracker()
        self.start_tour("/shop", "mindbox_tracker_agreed_tour", login="mindbox_tour")
        self.assertTrue(asked)
