# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Moments rise, so that Mindbox takes the last call for the last, in whatever order."""

from datetime import datetime

from odoo import fields
from odoo.tests import tagged

from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestMoments(SourceCase):
    def tell(self, rows):
        """Return the moments that the rows tell, in the order in which they leave."""
        rows = rows.sorted(lambda row: (row.priority, row.id))
        bodies = [self.build(row) for row in rows]
        return [
            datetime.strptime(body["executionDateTimeUtc"], "%d.%m.%Y %H:%M:%S.%f")
            for body in bodies
            if body
        ]

    def assertRises(self, moments):
        self.assertGreater(len(moments), 1)
        self.assertEqual(moments, sorted(set(moments)))

    def test_the_moments_of_an_order_rise_within_a_transaction(self):
        order = self.make_order((self.product, 2))
        order.action_confirm()
        order.order_line.product_uom_qty = 3
        order._action_cancel()
        rows = self.recorded().filtered(lambda row: row.res_model == "sale.order")
        self.assertRises(self.tell(rows))

    def test_an_order_that_is_entered_afterwards_keeps_its_date(self):
        date = fields.Datetime.to_datetime("2026-01-31 12:30:00")
        order = self.make_order((self.product, 1))
        order.action_confirm()
        order.date_order = date
        created, *statuses = self.tell(
            self.recorded().filtered(lambda row: row.res_model == "sale.order")
        )
        self.assertEqual(created, date)
        self.assertTrue(statuses)

    def test_of_two_decisions_in_a_second_the_later_one_is_later(self):
        consents = self.env["mindbox.consent"]
        for agreed in (True, False):
            consents._decide(self.customer, {("email", ""): agreed})
        self.env.cr.flush()
        consents._decide(self.customer, {("email", ""): True})
        self.assertRises(self.tell(self.recorded("customer_subscription")))

    def test_an_edit_that_leaves_after_a_decision_is_told_as_later(self):
        self.customer.name = "Omsk"
        edit = self.recorded("customer_edit")
        self.env["mindbox.consent"]._decide(self.customer, {("email", ""): False})
        decision = self.recorded("customer_subscription")
        self.assertLess(decision.priority, edit.priority)
        edit.event = "customer_edit"
        self.endpoint.new_customers_by = "customer_edit"
        self.assertRises(self.tell(decision) + self.tell(edit))
