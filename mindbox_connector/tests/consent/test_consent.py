# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Decisions on channels leave first, and are never changed."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestConsent(SourceCase):
    def decide(self, agreed, channel="email", **vals):
        return self.env["mindbox.consent"]._decide(
            self.customer, {(channel, ""): agreed}, **vals
        )

    def test_a_decision_is_the_first_to_leave(self):
        self.decide(True)
        row = self.recorded("customer_subscription")
        self.assertEqual(row.priority, 0)
        self.assertEqual(
            self.build(row)["customer"]["subscriptions"],
            [{"pointOfContact": "Email", "isSubscribed": True}],
        )

    def test_a_withdrawn_consent_leaves_by_the_operation_that_can_unsubscribe(self):
        self.decide(False)
        row = self.recorded("customer_subscription")
        self.assertEqual(row.operation_id.event, "customer_edit")
        self.assertEqual(row.priority, 0)

    def test_what_stays_as_it_was_is_no_decision(self):
        self.decide(True)
        self.recorded()
        self.assertFalse(self.decide(True))
        self.assertFalse(self.recorded())

    def test_nothing_is_merged_away(self):
        self.decide(True)
        self.decide(False)
        self.decide(True)
        self.assertEqual(len(self.recorded("customer_subscription")), 3)

    def test_a_decision_is_not_changed_afterwards(self):
        decision = self.decide(True)
        with self.assertRaisesRegex(UserError, "record a new one"):
            decision.is_subscribed = False

    def test_the_blacklist_is_an_opt_out_of_all_who_share_the_address(self):
        twin = self.env["res.partner"].create(
            {"name": "Twin", "email": "ANNA@example.com"}
        )
        self.recorded()
        self.env["mail.blacklist"]._add("anna@example.com")
        rows = self.recorded("customer_subscription")
        self.assertEqual(set(rows.mapped("partner_id")), {self.customer, twin})
        self.assertFalse(any(rows.mapped(lambda r: "true" in r.payload)))
        self.env["mail.blacklist"]._remove("anna@example.com")
        self.assertEqual(len(self.recorded("customer_subscription")), 2)

    def test_a_blacklisted_phone_ends_sms_and_viber(self):
        self.env["phone.blacklist"].add("+79991234567")
        channels = self.recorded("customer_subscription").mapped(
            lambda row: self.build(row)["customer"]["subscriptions"][0][
                "pointOfContact"
            ]
        )
        self.assertEqual(set(channels), {"Sms", "Viber"})

    def test_an_order_and_an_edit_invent_no_consent(self):
        self.customer.email = "other@example.com"
        self.make_order((self.product, 1)).action_confirm()
        bodies = [self.build(row) for row in self.recorded()]
        self.assertNotIn("subscriptions", str(bodies))
