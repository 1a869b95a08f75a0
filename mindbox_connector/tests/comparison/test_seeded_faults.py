# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo.tests import tagged

from .common import ReconciliationCase

SUBSCRIPTION = "customer_subscription"


@tagged("post_install", "-at_install")
class TestSeededFaults(ReconciliationCase):
    """Whatever the sender does wrong, the comparison tells it."""

    def setUp(self):
        super().setUp()
        self.partner_id = self.make_partner()
        self.deliver()

    def tamper(self, event, change):
        """Let the sender make another body of the events of a kind that wait."""
        with self.transaction() as env:
            rows = env["mindbox.request"].search(
                [("endpoint_id", "=", self.endpoint_id), ("event", "=", event)]
            )
            for row in rows:
                body = json.loads(row.payload)
                change(body)
                row.payload = json.dumps(body)
        self.deliver()

    def unheard(self, model, record_id, method, *args):
        """Let something happen that the sender takes no notice of."""
        with self.transaction(mindbox_skip=True) as env:
            getattr(env[model].browse(record_id), method)(*args)

    def found(self):
        self.reconcile()
        return {row[:3] for row in self.differences()}

    def test_a_row_that_the_sender_drops(self):
        order_id = self.make_order(self.partner_id, 120)
        self.execute("DELETE FROM mindbox_request WHERE event = 'order_create'")
        self.deliver()
        self.assertIn(("orders", order_id, "missing"), self.found())

    def test_a_customer_whom_the_sender_drops(self):
        partner_id = self.make_partner(email="boris@example.com")
        self.execute("DELETE FROM mindbox_request WHERE res_id = %s", partner_id)
        self.deliver()
        self.assertEqual(self.found(), {("customers", partner_id, "missing")})

    def test_a_balance_that_is_told_wrongly(self):
        card_id = self.make_card(self.partner_id, 50)

        def halve(body):
            body["balanceChanges"][0]["changeAmount"] = 25

        self.tamper("card_balance", halve)
        self.assertEqual(self.found(), {("cards", card_id, "amount")})

    def test_points_that_go_without_a_word(self):
        card_id = self.make_card(self.partner_id, 90)
        self.deliver()
        self.unheard("loyalty.card", card_id, "write", {"points": 0})
        self.assertEqual(self.found(), {("cards", card_id, "amount")})

    def test_points_of_a_first_order_that_was_cancelled(self):
        order_id = self.make_order(self.partner_id, 120)
        card_id = self.make_card(self.partner_id, 90)
        self.change("loyalty.card", card_id, order_id=order_id)
        self.deliver()
        self.unheard("sale.order", order_id, "_action_cancel")
        self.unheard("loyalty.card", card_id, "write", {"points": 0})
        self.assertIn(("cards", card_id, "amount"), self.found())

    def test_a_consent_that_is_told_wrongly(self):
        with self.transaction() as env:
            values = {"partner_id": self.partner_id, "is_subscribed": False}
            consent_id = env["mindbox.consent"].create(values).id

        def agree(body):
            body["customer"]["subscriptions"][0]["isSubscribed"] = True

        self.tamper(SUBSCRIPTION, agree)
        self.assertEqual(self.found(), {("consents", consent_id, "state")})

    def test_a_consent_that_is_told_again_is_the_later_word(self):
        """Mindbox takes the later of two moments, and was told of this one."""
        self.test_a_consent_that_is_told_wrongly()
        self.send()
        self.deliver()
        told = self.rows("event", "occurred_at")
        first, again = (
            row["occurred_at"] for row in told if row["event"] == SUBSCRIPTION
        )
        self.assertGreater(again, first)

    def test_a_consent_for_another_channel(self):
        with self.transaction() as env:
            values = {"partner_id": self.partner_id, "is_subscribed": True}
            consent_id = env["mindbox.consent"].create(values).id

        def shift(body):
            body["customer"]["subscriptions"][0]["pointOfContact"] = "Sms"

        self.tamper(SUBSCRIPTION, shift)
        self.assertEqual(self.found(), {("consents", consent_id, "state")})

    def test_a_cancellation_that_is_lost(self):
        order_id = self.make_order(self.partner_id, 120)
        self.deliver()
        self.unheard("sale.order", order_id, "_action_cancel")
        self.assertEqual(self.found(), {("orders", order_id, "amount")})

    def test_a_status_that_is_lost(self):
        """Where Mindbox is told no totals, only the status says it."""
        self.set_endpoint(send_total=False)
        order_id = self.make_order(self.partner_id, 120)
        self.deliver()
        self.unheard("sale.order", order_id, "_action_cancel")
        self.assertEqual(self.found(), {("orders", order_id, "state")})
        self.send()
        self.deliver()
        self.assertEqual(self.found(), set())

    def test_an_order_that_the_sender_does_not_find_to_be_one(self):
        """The sender's own filter counts for nothing here."""
        with self.transaction(mindbox_skip=True) as env:
            line = {"product_id": env["product.product"].search([], limit=1).id}
            order = env["sale.order"].create(
                {"partner_id": self.partner_id, "order_line": [(0, 0, line)]}
            )
            order.action_confirm()
            self.addCleanup(self.remove_order, order.id)
        self.assertEqual(self.found(), {("orders", order.id, "missing")})
