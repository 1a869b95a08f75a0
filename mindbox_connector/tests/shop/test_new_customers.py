# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Customers come by the operation that creates, and before what is about them."""

from odoo.tests import tagged

from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestNewCustomers(SourceCase):
    def edit(self):
        """Return the event by which a change leaves."""
        self.customer.name = "Omsk"
        row = self.recorded("customer_edit")
        self.assertTrue(self.build(row)["customer"]["email"])
        return row.event

    def turn_off(self, event):
        operations = self.endpoint.operation_ids
        operations.filtered(lambda operation: operation.event == event).active = False

    def test_who_is_new_is_registered(self):
        self.assertEqual(self.edit(), "customer_register")

    def test_who_is_known_is_edited(self):
        self.know(self.customer)
        self.assertEqual(self.edit(), "customer_edit")

    def test_who_registers_and_is_known_as_a_guest_is_edited(self):
        self.know(self.customer)
        self.customer._mindbox_mark("customer_register")
        row = self.recorded("customer_register")
        self.assertTrue(self.build(row)["customer"]["email"])
        self.assertEqual(row.event, "customer_edit")

    def test_where_edits_import_they_make_customers(self):
        self.endpoint.new_customers_by = "customer_edit"
        self.assertEqual(self.edit(), "customer_edit")

    def test_without_an_operation_that_registers_it_is_edited(self):
        self.turn_off("customer_register")
        self.assertEqual(self.edit(), "customer_edit")

    def test_who_cannot_be_reached_is_not_registered(self):
        nobody = self.env["res.partner"].create({"name": "Nobody"})
        row = self.recorded("customer_edit")
        self.assertEqual(row.res_id, nobody.id)
        self.assertIsNone(self.build(row))
        self.assertEqual((row.state, row.reason_code), ("skipped", "no_contact"))

    def decide(self, partner):
        self.env["mindbox.consent"]._decide(partner, {("email", ""): False})
        rows = self.recorded().sorted(lambda row: (row.priority, row.id))
        return rows.mapped("event")

    def test_a_refusal_comes_after_the_customer_it_is_about(self):
        twin = self.env["res.partner"].create({"name": "Twin", "email": "t@x.com"})
        self.assertEqual(self.decide(twin), ["customer_edit", "customer_subscription"])

    def test_a_decision_of_somebody_unknown_has_the_customer_made_first(self):
        self.assertEqual(
            self.decide(self.customer), ["customer_edit", "customer_subscription"]
        )

    def test_a_decision_of_somebody_known_leaves_by_itself(self):
        self.know(self.customer)
        self.assertEqual(self.decide(self.customer), ["customer_subscription"])

    def test_makers_are_synchronous_and_what_could_count_twice_is_not(self):
        modes = dict(self.endpoint.operation_ids.mapped(lambda o: (o.event, o.mode)))
        for event in ("customer_register", "order_create", "card_issue"):
            self.assertEqual(modes[event], "sync", event)
        for event in ("card_balance", "product_view", "customer_authorize"):
            self.assertEqual(modes[event], "async", event)

    def test_an_earlier_integration_point_does_as_it_did_and_says_so(self):
        operations = self.endpoint.operation_ids
        before = operations.mapped("mode")
        self.env["mindbox.endpoint"]._keep_old_ways()
        self.assertEqual(self.endpoint.new_customers_by, "customer_edit")
        self.assertEqual(operations.mapped("mode"), before)
        self.assertIn("New Customers By", self.endpoint.message_ids[0].body)
