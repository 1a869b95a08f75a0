# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Mindbox shows is compared, field by field."""

import json

from odoo.tests import tagged

from ..common import Reply
from .common import ReconciliationCase


@tagged("post_install", "-at_install")
class TestReadBack(ReconciliationCase):
    def setUp(self):
        super().setUp()
        self.set_endpoint(
            read_customer_operation="Website.GetCustomerInfo",
            read_order_operation="Website.GetOrder",
        )
        self.shown = {}
        self.mindbox.answer = self.answer

    def answer(self, call):
        name = call["query"]["operation"]
        return Reply(body={"status": "Success", **self.shown.get(name, {})})

    def read_sample(self):
        run = self.reconcile()
        with self.transaction() as env:
            env["mindbox.endpoint"].browse(self.endpoint_id)._read_back(run["id"])
            return env["mindbox.reconciliation"].browse(run["id"]).read()[0]

    def test_what_mindbox_shows_otherwise_is_named_field_by_field(self):
        partner_id, order_id, _card_id = self.make_everything()
        self.shown = {
            "Website.GetCustomerInfo": {
                "customer": {"email": "OTHER@example.com", "firstName": "anna"},
                "balances": [{"systemName": "Main", "total": 20}],
            },
            "Website.GetOrder": {"order": {"totalPrice": 100}},
        }
        run = self.read_sample()
        self.assertEqual(run["read_count"], 2)
        rows = self.differences("kind", "res_id", "problem", "detail")
        self.assertEqual(
            rows,
            [
                ("customers", partner_id, "other", "email, balance 50.00 ≠ 20.00"),
                ("orders", order_id, "other", "totalPrice 120.00 ≠ 100.00"),
            ],
        )
        self.assertNotIn("OTHER@example.com", str(rows))
        self.shown = {}
        self.read_sample()
        self.assertEqual(self.differences(), [])

    def test_an_order_that_is_another_customers_in_mindbox_is_its_own_difference(self):
        _partner_id, order_id, _card_id = self.make_everything()
        whose = {"ids": {"websiteID": "999999"}}
        self.shown = {"Website.GetOrder": {"order": {"customer": whose}}}
        self.read_sample()
        rows = self.differences("kind", "res_id", "problem", "detail")
        self.assertEqual(rows, [("orders", order_id, "customer", "999999")])

    def test_an_order_that_mindbox_lists_as_another_customers_is_one_too(self):
        partner_id, order_id, _card_id = self.make_everything()
        other_id, reference = self.give_away(order_id)
        listed = {"orders": [{"ids": {"websiteID": reference}}]}
        self.shown = {"Website.GetCustomerInfo": listed}
        self.read_sample()
        rows = self.differences("kind", "res_id", "problem", "detail")
        self.assertEqual(rows, [("orders", order_id, "customer", str(partner_id))])
        self.assertNotEqual(other_id, partner_id)

    def give_away(self, order_id):
        """Make an order another customer's past Odoo; return its ID, and the number."""
        with self.transaction() as env:
            other = env["res.partner"].create({"name": "Olga"})
            order = env["sale.order"].browse(order_id)
            env.cr.execute(
                "UPDATE sale_order SET partner_id = %s WHERE id = %s",
                (other.id, order_id),
            )
            return other.id, order.name

    def test_an_answer_is_read_whatever_its_letters_and_its_length(self):
        partner_id, _order_id, _card_id = self.make_everything()
        more = "x" * 20_000
        shown = {"STATUS": "Success", "Customer": {"EMAIL": "b@example.com"}, "m": more}
        body = b"\xef\xbb\xbf" + json.dumps({"Result": shown}).encode()
        self.mindbox.answer = Reply(body=body)
        self.read_sample()
        rows = self.differences("kind", "res_id", "detail")
        self.assertEqual(rows, [("customers", partner_id, "email")])

    def test_what_mindbox_does_not_find_is_a_difference(self):
        partner_id, _order_id, _card_id = self.make_everything()
        missing = {"customer": {"processingStatus": "NotFound"}}
        self.shown = {"Website.GetCustomerInfo": missing}
        self.read_sample()
        ((found_id, problem),) = self.differences("res_id", "problem")
        self.assertEqual((found_id, problem), (partner_id, "unseen"))

    def test_a_mindbox_that_cannot_be_read_is_no_difference(self):
        self.make_everything()
        self.mindbox.answer = Reply(503, {"status": "InternalServerError"})
        run = self.read_sample()
        self.assertEqual(run["read_note"], "Mindbox is out of order (503).")
        self.assertEqual(self.differences(), [])
