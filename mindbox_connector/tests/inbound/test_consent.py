# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Consents that Mindbox tells: the newest word counts, and none is sent back."""

from odoo.tests import tagged

from .common import InboundCase

OUT, IN = False, True


@tagged("post_install", "-at_install")
class TestConsent(InboundCase):
    def hear_consent(self, agreed, when, channel="Email", **part):
        part = {"pointOfContact": channel, "isSubscribed": agreed, **part}
        return self.hear("consent", when, subscriptions=[part])

    @property
    def consents(self):
        return self.env["mindbox.consent"]

    def state(self):
        return self.consents._get_state(self.customer)

    def decide_here(self, agreed, when):
        decision = self.consents.create(
            {
                "partner_id": self.customer.id,
                "is_subscribed": agreed,
                "decided_at": f"2026-03-05 {when}",
            }
        )
        self.sent()
        return decision

    def test_a_withdrawal_is_known_with_where_it_comes_from_and_not_sent_back(self):
        call = self.hear_consent(OUT, "10:00:00")
        self.assertEqual(call.state, "applied")
        self.assertEqual(call.partner_id, self.customer)
        decision = self.consents.search([("partner_id", "=", self.customer.id)])
        self.assertEqual(call._get_record(), decision)
        self.assertEqual(self.state(), {("email", ""): OUT})
        self.assertEqual(decision.source, "mindbox")
        self.assertEqual(decision.endpoint_id, self.endpoint)
        self.assertEqual(str(decision.decided_at), "2026-03-05 10:00:00")
        self.assertFalse(decision.user_id)
        self.assertFalse(self.sent())

    def test_mindbox_counts_as_told_so_that_no_comparison_sends_it(self):
        self.hear_consent(OUT, "10:00:00")
        decision = self.consents.search([("partner_id", "=", self.customer.id)])
        self.assertFalse(decision._filter_untold(self.endpoint))

    def test_another_project_is_told_what_this_one_has_said(self):
        website = self.env["website"].create({"name": "Second"})
        other = self.make_endpoint("Other", "Other.Site", website_id=website.id)
        self.customer.website_id = website
        self.sent()
        self.hear_consent(OUT, "10:00:00")
        sent = self.sent().filtered(lambda r: r.event == "customer_subscription")
        self.assertEqual(sent.endpoint_id, other)

    def test_the_newest_moment_counts_in_whatever_order_they_come(self):
        for agreed, when in ((OUT, "10:00:03"), (IN, "10:00:01"), (OUT, "10:00:02")):
            self.hear_consent(agreed, when)
        self.assertEqual(self.state(), {("email", ""): OUT})
        late = self.hear_consent(IN, "10:00:02.900000")
        self.assertIgnored(late, "inbound_outdated")
        self.hear_consent(IN, "10:00:03.100000")
        self.assertEqual(self.state(), {("email", ""): IN})

    def test_what_changes_nothing_still_moves_the_moment(self):
        self.hear_consent(OUT, "10:00:01")
        self.hear_consent(OUT, "10:00:03")
        self.assertIgnored(self.hear_consent(IN, "10:00:02"), "inbound_outdated")
        self.assertEqual(self.state(), {("email", ""): OUT})

    def test_of_two_at_the_same_moment_the_withdrawal_counts(self):
        for first, second in ((IN, OUT), (OUT, IN)):
            self.consents.search([("partner_id", "=", self.customer.id)]).unlink()
            self.hear_consent(first, "10:00:00")
            self.hear_consent(second, "10:00:00")
            self.assertEqual(self.state(), {("email", ""): OUT})

    def test_a_later_decision_here_counts_and_the_conflict_is_listed(self):
        self.decide_here(IN, "12:00:00")
        call = self.hear_consent(OUT, "10:00:00")
        self.assertIgnored(call, "inbound_conflict")
        self.assertEqual(self.state(), {("email", ""): IN})
        self.assertIgnored(self.hear_consent(IN, "10:00:00"), "inbound_known")
        call = self.hear_consent(OUT, "13:00:00")
        self.assertEqual(call.state, "applied")
        self.assertEqual(self.state(), {("email", ""): OUT})

    def test_what_waits_from_before_does_not_leave_any_more(self):
        decision = self.decide_here(IN, "09:00:00")
        waiting = self.env["mindbox.request"].search(
            [("res_model", "=", decision._name), ("res_id", "=", decision.id)]
        )
        self.assertEqual(waiting.state, "pending")
        self.hear_consent(OUT, "10:00:00")
        self.assertEqual(waiting.state, "cancelled")
        self.assertEqual(waiting.reason_code, "consent_outdated")

    def test_channels_and_topics_are_apart(self):
        topic = self.env["mindbox.topic"].create({"name": "News", "code": "News"})
        self.hear_consent(OUT, "10:00:03")
        self.hear_consent(IN, "10:00:01", topic="News")
        self.hear_consent("True", "10:00:01", channel="sms")
        self.assertEqual(
            self.state(),
            {("email", ""): OUT, ("email", topic.code): IN, ("sms", ""): IN},
        )
        self.assertRefused(
            self.hear_consent(OUT, "10:00:04", topic="Unknown"), "inbound_topic"
        )

    def test_a_withdrawal_of_everything_is_one_of_each_channel(self):
        self.hear("consent", "10:00:00", subscriptions=[{"isSubscribed": False}])
        self.assertEqual(set(self.state().values()), {OUT})
        self.assertEqual(len(self.state()), 5)

    def test_another_brand_is_nothing_for_us(self):
        self.endpoint.brand = "Ours"
        call = self.hear_consent(OUT, "10:00:00", brand="Theirs")
        self.assertIgnored(call, "inbound_known")
        self.assertEqual(
            self.hear_consent(OUT, "10:00:00", brand="Ours").state, "applied"
        )

    def test_what_cannot_be_understood_is_refused_with_the_part(self):
        for parts in (None, [], [1], [{"pointOfContact": "Email"}], ["Email"]):
            self.assertRefused(
                self.hear("consent", subscriptions=parts), "inbound_part"
            )
        for part in (
            {"pointOfContact": "Pigeon", "isSubscribed": True},
            {"isSubscribed": True},
            {"pointOfContact": "Email", "isSubscribed": "perhaps"},
        ):
            call = self.hear("consent", subscriptions=[part])
            self.assertRefused(call, "inbound_part")
        self.assertFalse(self.state())
