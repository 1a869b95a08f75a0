# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Decisions on channels leave first, and are never changed."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ...models.consent import mindbox_consent
from ..sources import SourceCase

LATER = fields.Datetime.to_datetime("2100-01-01 00:00:00")


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

    def test_after_a_clock_that_was_ahead_the_last_decision_counts_all_the_same(self):
        self.decide(True, decided_at=LATER)
        self.decide(False)
        self.recorded()
        state = self.env["mindbox.consent"]._get_state(self.customer)
        self.assertEqual(state, {("email", ""): False})

    def test_what_is_told_anew_while_it_waits_is_not_told_as_of_before(self):
        decision = self.decide(True)
        first = self.recorded("customer_subscription")
        # The second in which it was made is over.
        self.env.cr.execute(
            "UPDATE mindbox_consent SET decided_at = %s WHERE id = %s",
            (first.occurred_at - timedelta(seconds=2), decision.id),
        )
        decision.invalidate_recordset()
        decision._mindbox_mark("customer_subscription")
        again = self.recorded("customer_subscription")
        self.assertGreater(again.occurred_at, first.occurred_at)

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

    def test_a_topic_that_mindbox_cannot_have_is_refused_at_once(self):
        for topic in ("Скидки и акции", "news; DROP", "a b"):
            with self.assertRaisesRegex(ValidationError, "System Name: “.*system name"):
                self.env["mindbox.topic"].create({"name": "News", "code": topic})

    def test_a_topic_has_a_name_for_people_and_another_one_for_mindbox(self):
        topic = self.env["mindbox.topic"].create({"name": "Shoes", "code": "shoes"})
        wanted = {("email", ""): True, ("email", "shoes"): False}
        decisions = self.env["mindbox.consent"]._decide(self.customer, wanted)
        self.assertEqual(decisions.topic_id, topic)
        state = self.env["mindbox.consent"]._get_state(self.customer)
        self.assertEqual(state, wanted)
        told = [
            self.build(row)["customer"]["subscriptions"][0].get("topic")
            for row in self.recorded("customer_subscription")
        ]
        self.assertEqual(set(told), {None, "shoes"})
        topic.code = "footwear"
        self.assertEqual(decisions.mapped("topic"), [False, "footwear"])

    def decide_at_the_website(self):
        website = self.env["website"].search([], limit=1)
        website.mindbox_consent_document = "Policy 2"
        visitor = {"device_uuid": None, "customer_ip": "203.0.113.7"}
        with patch.object(mindbox_consent, "get_visitor", lambda: visitor):
            return self.decide(True, source="portal", website_id=website.id)

    def test_a_visitor_decides_from_an_address_and_on_a_document(self):
        decision = self.decide_at_the_website()
        self.assertEqual(decision.document, "Policy 2")
        self.assertEqual(decision.ip_address, "203.0.113.7")
        decision.website_id.mindbox_consent_document = "Policy 3"
        self.assertEqual(decision.document, "Policy 2", "the one that was in force")

    def test_a_decision_of_the_back_office_has_no_address(self):
        self.assertFalse(self.decide(True).ip_address)

    def test_the_address_is_forgotten_with_the_customer_and_the_decision_stays(self):
        decision = self.decide_at_the_website()
        self.customer._on_erase()
        self.assertFalse(decision.ip_address)
        self.assertEqual(decision.document, "Policy 2")

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
