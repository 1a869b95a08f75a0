# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command
from odoo.tests import tagged

from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestCart(SourceCase):
    def test_a_cart_is_sent_as_it_is_when_it_leaves(self):
        cart = self.make_cart((self.product, 1))
        cart.order_line = [
            Command.create({"product_id": self.other_product.id, "product_uom_qty": 2})
        ]
        self.assertEqual(
            self.body("cart_set")["productList"],
            [
                {
                    "product": {"ids": {"website": str(self.product.id)}},
                    "count": 1,
                    "pricePerItem": 100.0,
                },
                {
                    "product": {"ids": {"website": str(self.other_product.id)}},
                    "count": 2,
                    "pricePerItem": 33.33,
                },
            ],
        )

    def test_an_emptied_cart_is_cleared(self):
        cart = self.make_cart((self.product, 1))
        self.recorded()
        cart.order_line.unlink()
        row = self.recorded("cart_set")
        self.assertNotIn("productList", self.build(row))
        self.assertEqual(row.event, "cart_clear")

    def test_without_a_clear_operation_an_empty_list_is_set(self):
        clear = self.endpoint.operation_ids.filtered(lambda o: o.event == "cart_clear")
        clear.active = False
        cart = self.make_cart((self.product, 1))
        self.recorded()
        cart.order_line.unlink()
        self.assertEqual(self.body("cart_set")["productList"], [])

    def test_the_order_leaves_before_the_cart_is_cleared(self):
        cart = self.make_cart((self.product, 1))
        waiting = self.recorded("cart_set")
        cart.action_confirm()
        events = self.recorded().mapped("event")
        self.assertEqual(events[0], "order_create")
        self.assertEqual(events[-1], "cart_clear")
        self.assertIsNone(self.build(waiting), "no older cart may follow")
        self.assertEqual(waiting.state, "skipped")

    def test_a_cart_that_waits_for_its_payment_is_an_order(self):
        cart = self.make_cart((self.product, 1))
        self.recorded()
        cart.action_quotation_sent()
        self.assertEqual(
            self.recorded().mapped("event"),
            ["order_create", "order_update", "cart_clear"],
        )

    def test_a_deleted_cart_is_cleared_with_the_body_made_in_time(self):
        cart = self.make_cart((self.product, 1))
        self.recorded()
        cart.state = "draft"
        cart.unlink()
        row = self.recorded("cart_clear")
        self.assertEqual(len(row), 1)
        self.assertIn(str(self.customer.id), row.payload)

    def test_a_cancelled_cart_is_cleared_and_a_restored_one_set_again(self):
        cart = self.make_cart((self.product, 1))
        self.recorded()
        cart._action_cancel()
        self.assertEqual(self.recorded().mapped("event"), ["cart_clear"])
        cart.action_draft()
        self.assertEqual(self.recorded().mapped("event"), ["cart_set"])

    def test_lines_moved_to_another_cart_change_both(self):
        first = self.make_cart((self.product, 1))
        second = self.make_cart((self.other_product, 1))
        self.recorded()
        first.order_line.order_id = second
        self.assertEqual(
            set(self.recorded("cart_set").mapped("res_id")), {first.id, second.id}
        )

    def test_the_cart_of_an_unknown_visitor_is_not_recorded(self):
        public = self.env.ref("base.public_partner")
        cart = self.make_cart((self.product, 1), partner=public)
        self.assertFalse(self.recorded())
        cart.partner_id = self.customer
        self.assertEqual(len(self.recorded("cart_set")), 1, "now it is somebody's")

    def test_a_quotation_of_the_back_office_is_no_cart(self):
        self.make_order((self.product, 1))
        self.assertFalse(self.recorded())

    def test_a_product_without_id_is_left_out_of_a_list(self):
        self.endpoint.product_ref = "default_code"
        self.other_product.default_code = "C-1"
        self.make_cart((self.product, 1), (self.other_product, 1))
        products = [i["product"]["ids"] for i in self.body("cart_set")["productList"]]
        self.assertEqual(products, [{"website": "C-1"}])
