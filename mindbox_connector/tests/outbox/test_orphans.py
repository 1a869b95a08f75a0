# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Of an order that was deleted while it waited, Mindbox hears nothing at all."""

from odoo import Command
from odoo.tests import tagged

from .common import DOWN, DeliveryCase, Reply


@tagged("post_install", "-at_install")
class TestOrphans(DeliveryCase):
    def setUp(self):
        super().setUp()
        self.partner = self.make_partner()
        self.deliver()

    def make_order(self):
        with self.transaction() as env:
            product = env["product.product"].create({"name": "Lamp", "type": "service"})
            line = Command.create({"product_id": product.id, "price_unit": 10})
            order = env["sale.order"].create(
                {"partner_id": self.partner, "order_line": [line]}
            )
            order.action_confirm()
            self.addCleanup(self.forget, product.id)
            return order.id

    def forget(self, product_id):
        with self.transaction() as env:
            env["sale.order"].search([("partner_id", "=", self.partner)]).unlink()
            env["product.product"].browse(product_id).unlink()

    def delete(self, order_id):
        for method in ("_action_cancel", "unlink"):
            with self.transaction() as env:
                getattr(env["sale.order"].browse(order_id), method)()

    def order_events(self):
        return [
            (row["event"], row["state"])
            for row in self.rows("event", "state", "res_model")
            if row["res_model"] == "sale.order"
        ]

    def test_an_order_deleted_while_it_waits_leaves_nothing(self):
        self.delete(self.make_order())
        waiting = self.order_events()
        self.assertIn(("order_status", "pending"), waiting)
        self.deliver()
        self.assertEqual({state for _event, state in self.order_events()}, {"skipped"})
        self.assertFalse([c for c in self.mindbox.calls if "Order" in c["query"]])

    def test_an_order_that_mindbox_may_know_is_told_to_the_end(self):
        order = self.make_order()
        self.mindbox.answer = DOWN
        self.deliver()
        self.delete(order)
        self.mindbox.answer = Reply()
        self.make_due()
        self.deliver()
        states = {state for event, state in self.order_events() if "status" in event}
        self.assertEqual(states, {"sent"})

    def test_so_is_one_that_a_killed_delivery_may_have_told(self):
        order = self.make_order()
        self.die_while_recording()
        self.assertTrue([c for c in self.mindbox.calls if "Order" in str(c["query"])])
        self.delete(order)
        self.make_due()
        self.deliver()
        states = {state for event, state in self.order_events() if "status" in event}
        self.assertEqual(states, {"sent"})
