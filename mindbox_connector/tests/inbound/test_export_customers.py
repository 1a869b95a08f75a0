# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Consents whose webhook was lost: found by the export, applied by the same rules."""

from odoo.tests import tagged

from .exports import ExportedCase

OUT, IN = False, True


@tagged("post_install", "-at_install")
class TestExportCustomers(ExportedCase):
    def read_consent(self, agreed, when, channel="Email", **part):
        """Read how a customer is in Mindbox, changed at a time of that day."""
        part = {"pointOfContact": channel, "isSubscribed": agreed, **part}
        return self.read_export(
            "customers",
            {
                "ids": self.ids(),
                "changeDateTimeUtc": f"2026-03-05 {when}.500",
                "subscriptions": [part],
            },
        )

    def decide_here(self, agreed, when, told=None):
        decision = self.env["mindbox.consent"].create(
            {
                "partner_id": self.customer.id,
                "is_subscribed": agreed,
                "decided_at": f"2026-03-05 {when}",
            }
        )
        requests = self.sent()
        if told:
            requests.state = "sent"
            state = decision._get_told_state(self.endpoint)
            row = {"res_id": decision.id, "partner_id": self.customer.id}
            ledger = self.env["mindbox.ledger"]
            ledger._acknowledge(self.endpoint, "consents", [row | {"state": state}])
            known = ledger.search(
                [("res_id", "=", decision.id), ("kind", "=", "consents")]
            )
            known.known_from = told
        return decision

    def state(self):
        return self.env["mindbox.consent"]._get_state(self.customer)

    def test_a_withdrawal_is_known_with_where_it_comes_from_and_not_sent_back(self):
        self.decide_here(IN, "09:00:00", told="accepted")
        self.assertEqual(self.read_consent(OUT, "10:00:00"), 1)
        [call] = self.calls()
        self.assertEqual((call.state, call.kind), ("applied", "consent"))
        decision = call._get_record()
        self.assertEqual(self.state(), {("email", ""): OUT})
        self.assertEqual(decision.source, "mindbox_export")
        self.assertEqual(f"{decision.decided_at:%Y-%m-%d %H:%M}", "2026-03-05 10:00")
        self.assertFalse(self.sent())
        self.assertFalse(decision._filter_untold(self.endpoint))

    def test_reading_it_again_changes_nothing(self):
        self.decide_here(IN, "09:00:00", told="accepted")
        self.read_consent(OUT, "10:00:00")
        self.assertEqual(self.read_consent(OUT, "10:00:00"), 0)
        self.assertEqual(self.read_consent(OUT, "11:00:00"), 0)
        self.assertEqual(len(self.calls()), 1)

    def test_a_later_decision_of_here_counts_and_the_conflict_is_listed(self):
        self.decide_here(IN, "11:00:00", told="processed")
        self.read_consent(OUT, "10:00:00")
        self.assertEqual(self.state(), {("email", ""): IN})
        self.assertIgnored(self.calls(), "inbound_conflict")

    def test_a_decision_that_has_not_left_yet_counts(self):
        self.decide_here(IN, "09:00:00")
        self.read_consent(OUT, "10:00:00")
        self.assertIgnored(self.calls(), "inbound_conflict")

    def test_nobody_is_subscribed_again_on_a_guess(self):
        """Mindbox may have taken the withdrawal, and not processed it."""
        self.decide_here(OUT, "09:00:00", told="accepted")
        self.read_consent(IN, "10:00:00")
        self.assertEqual(self.state(), {("email", ""): OUT})
        self.assertIgnored(self.calls(), "inbound_conflict")

    def test_who_subscribes_again_in_mindbox_is_subscribed(self):
        self.decide_here(OUT, "09:00:00", told="processed")
        self.read_consent(IN, "10:00:00")
        self.assertEqual(self.state(), {("email", ""): IN})

    def test_who_was_never_asked_is_not_subscribed_and_that_is_no_news(self):
        self.assertEqual(self.read_consent(OUT, "10:00:00"), 0)
        self.assertFalse(self.calls())

    def test_what_is_not_ours_is_passed_over(self):
        self.endpoint.brand = "Ours"
        for part in ({"brand": "Theirs"}, {"topic": "Unknown"}, {"channel": "Fax"}):
            self.assertEqual(self.read_consent(IN, "10:00:00", **part), 0)
        odd = ({"ids": {}}, {"ids": "x"}, {"ids": self.ids(), "subscriptions": [1]})
        self.assertEqual(self.read_export("customers", *odd), 0)

    def test_the_webhook_that_comes_late_changes_nothing(self):
        self.decide_here(IN, "09:00:00", told="accepted")
        self.read_consent(OUT, "10:00:00")
        part = {"pointOfContact": "Email", "isSubscribed": OUT}
        call = self.hear("consent", "09:59:00", subscriptions=[part])
        self.assertIgnored(call, "inbound_known")

    def test_names_and_contacts_in_a_row_are_not_kept(self):
        self.read_export(
            "customers",
            {
                "ids": self.ids(),
                "email": "canary@example.com",
                "firstName": "Canary",
                "subscriptions": [{"pointOfContact": "Email", "isSubscribed": IN}],
            },
        )
        [call] = self.calls()
        self.assertNotIn("anary", call.body)
