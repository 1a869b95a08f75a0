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

    # === ONE CART OF A CUSTOMER === #

    def counts(self, row):
        """Return {product: count} of the list by which an event leaves."""
        body = self.build(row) or {}
        return {
            item["product"]["ids"]["website"]: item["count"]
            for item in body.get("productList", [])
        }

    def make_two(self):
        """Make an older cart with a lamp, and a newer one with two chairs."""
        carts = (
            self.make_cart((self.product, 1)),
            self.make_cart((self.other_product, 2)),
        )
        self.recorded()
        return carts

    def assertTold(self, event, *expected):
        counts = {str(product.id): count for product, count in expected}
        self.assertEqual(self.counts(self.recorded(event)), counts)

    def test_what_changes_in_an_older_cart_leaves_the_newest_one_told(self):
        older, _newer = self.make_two()
        older.order_line.product_uom_qty = 5
        self.assertTold("cart_set", (self.other_product, 2))

    def test_a_stale_cart_that_is_cancelled_leaves_the_other_one(self):
        older, _newer = self.make_two()
        older._action_cancel()
        row = self.recorded("cart_clear")
        self.assertEqual(self.counts(row), {str(self.other_product.id): 2})
        self.assertEqual(row.event, "cart_set")

    def test_a_stale_cart_that_is_deleted_leaves_the_other_one(self):
        older, newer = self.make_two()
        newer.unlink()
        self.assertTold("cart_set", (self.product, 1))
        older.unlink()
        self.assertTold("cart_clear")

    def test_carts_that_are_deleted_together_leave_none(self):
        older, newer = self.make_two()
        (older | newer).unlink()
        rows = self.recorded("cart_clear")
        self.assertEqual([self.counts(row) for row in rows], [{}, {}])

    def test_the_newest_cart_without_products_is_none(self):
        _older, newer = self.make_two()
        newer.order_line.unlink()
        self.assertTold("cart_set", (self.product, 1))

    def test_an_order_that_is_a_cart_again_is_not_the_newest(self):
        older, _newer = self.make_two()
        older.action_confirm()
        older._action_cancel()
        self.recorded()
        older.action_draft()
        self.assertTold("cart_set", (self.other_product, 2))

    def test_a_cart_that_is_cancelled_and_a_cart_again_at_once_is_told(self):
        cart = self.make_cart((self.product, 1))
        self.recorded()
        cart._action_cancel()
        cart.action_draft()
        for row in self.recorded():
            self.assertEqual(self.counts(row), {str(self.product.id): 1}, row.event)

    def test_a_cart_that_somebody_else_gets_is_the_first_ones_no_more(self):
        cart = self.make_cart((self.product, 1))
        olga = {"name": "Olga", "email": "olga@example.com"}
        other = self.env["res.partner"].create(olga)
        self.recorded()
        cart.partner_id = other
        rows = self.recorded()
        self.assertEqual(rows.mapped("event"), ["cart_clear", "cart_set"])
        self.assertIn(str(self.customer.id), rows[0].payload)
        self.assertEqual(self.counts(rows[1]), {str(self.product.id): 1})

    def test_the_cart_of_a_visitor_who_logs_in_is_the_newest(self):
        visitors = self.make_cart(
            (self.product, 1), partner=self.env.ref("base.public_partner")
        )
        self.make_cart((self.other_product, 2))
        self.recorded()
        visitors.partner_id = self.customer
        self.assertTold("cart_set", (self.product, 1))

    def test_a_product_in_several_lines_is_counted_once(self):
        self.make_cart((self.product, 2), (self.product, 3, {"discount": 10}))
        [item] = self.body("cart_set")["productList"]
        self.assertEqual((item["count"], item["pricePerItem"]), (5, 94.0))
