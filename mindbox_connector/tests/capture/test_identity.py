# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Devices go along with what happens on the site; what is nobody's never leaves."""

from odoo.tests import tagged

from ..sources import SourceCase

DEVICE = "11111111-2222-4333-8444-555555555555"


@tagged("post_install", "-at_install")
class TestIdentity(SourceCase):
    def setUp(self):
        super().setUp()
        public = self.website.user_id.partner_id
        self.cart = self.make_cart((self.product, 1), partner=public)

    def build_with(self, device, sends=True):
        """Return what becomes of the cart of an unknown visitor."""
        operations = self.endpoint.operation_ids
        cart = operations.filtered(lambda operation: operation.event == "cart_set")
        cart.send_device_uuid = sends
        row = {
            "event": "cart_set",
            "occurred_at": self.cart.create_date,
            "device_uuid": device,
        }
        source = self.endpoint._with_sender(self.cart)
        values = self.endpoint._build_row_values(source, row)
        return values["state"], values["reason_code"]

    def test_a_visitor_is_known_by_the_device(self):
        self.assertEqual(self.build_with(DEVICE), ("pending", None))

    def test_a_device_that_is_called_like_a_customer_gets_no_customers_lane(self):
        """The cookie is the visitor's to fill: somebody's changes would wait for it."""
        for customer in (self.customer, self.customer.browse()):
            pretender = {"device_uuid": f"partner-{self.customer.id}"}
            key = self.product._mindbox_customer_key(customer, pretender)
            lane_of_customer = key == f"partner-{self.customer.id}"
            self.assertEqual(lane_of_customer, bool(customer))

    def test_without_a_device_a_visitors_cart_is_nobodys(self):
        self.assertEqual(self.build_with(None), ("skipped", "no_identity"))

    def test_a_device_that_is_not_sent_tells_nobody(self):
        self.assertEqual(self.build_with(DEVICE, sends=False)[1], "no_identity")

    def test_new_integration_points_send_devices_with_what_happens_on_the_site(self):
        operations = self.endpoint.operation_ids.filtered("send_device_uuid")
        self.assertEqual(
            set(operations.mapped("event")),
            {
                "customer_authorize",
                "cart_set",
                "cart_clear",
                "wishlist_set",
                "wishlist_clear",
                "restock_set",
                "product_view",
                "category_view",
            },
        )
