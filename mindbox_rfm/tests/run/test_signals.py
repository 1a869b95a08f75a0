# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rules that ask for what Mindbox has told: of mails, and of segments there."""

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ...models.run import known_facts
from ...models.run.preview import Preview
from ...models.scheme.coverage import check_coverage
from ..common import TODAY
from .incremental import IncrementalCase

SWEET = {"mindbox_segmentation": "Taste", "mindbox_segment": "Sweet"}
RULES = [
    ("gone", "unsubscribed >= 0"),
    ("sweet", "", SWEET),
    ("keen", "clicked <= 7"),
    ("reader", "opened < 30", {"no_orders": True}),
    ("rest", ""),
]


@tagged("post_install", "-at_install")
class TestSignals(IncrementalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls.make_custom(RULES)
        cls.anna, cls.bella = map(cls.make_customer, ("Anna", "Bella"))
        cls.make_order(cls.anna, 25, 100)
        cls.point = cls.make_point()

    def hear(self, partner, **days_ago):
        told = {
            name: f"{TODAY - timedelta(days=days)} 09:00:00"
            for name, days in days_ago.items()
        }
        engagements = self.env["mindbox.engagement"]
        engagements._hear(self.point, [{"partner_id": partner.id} | told])

    def place(self, partner, is_member=True, hour=1):
        return self.env["mindbox.membership"]._hear(
            self.point, partner, ("Taste", "Sweet"), is_member, datetime(2025, 1, hour)
        )

    def segment(self, partner):
        return self.profile(partner).segment_id.code

    def check(self, partner, code, reason, day=TODAY):
        """The next run, of whichever kind, moves one customer there."""
        run = self.compare(self.scheme, day)
        self.assertEqual((run.scope, run.touched, run.changed), ("touched", 0, 1))
        [(moved, _old, new, why)] = self.moves(run)
        self.assertEqual((moved, why), (partner.id, reason))
        self.assertEqual(self.env["rfm.segment"].browse(new).code, code)

    def test_a_click_moves_with_the_next_run_until_its_days_have_run_out(self):
        self.run_day(self.scheme, TODAY)
        self.hear(self.anna, clicked_at=5)
        self.check(self.anna, "keen", "mindbox")
        run = self.compare(self.scheme, TODAY + timedelta(days=2))
        self.assertEqual(run.changed, 0)
        self.check(self.anna, "rest", "ageing", TODAY + timedelta(days=3))

    def test_who_enters_and_leaves_a_segment_of_mindbox(self):
        self.run_day(self.scheme, TODAY)
        self.place(self.bella)
        self.check(self.bella, "sweet", "mindbox")
        self.place(self.bella, False, 2)
        self.check(self.bella, "rest", "mindbox")

    def test_who_has_no_orders_has_opened_a_mail_nevertheless(self):
        self.run_day(self.scheme, TODAY)
        self.hear(self.bella, opened_at=3)
        self.check(self.bella, "reader", "mindbox")

    def test_what_was_long_ago_is_ever(self):
        self.run_day(self.scheme, TODAY)
        self.hear(self.anna, unsubscribed_at=900)
        self.check(self.anna, "gone", "mindbox")

    def test_a_contact_clicks_for_the_company(self):
        firm = self.make_customer("Firm", is_company=True)
        contact = self.make_customer("Contact", parent_id=firm.id)
        self.hear(contact, clicked_at=1)
        self.run_day(self.scheme, TODAY)
        self.assertEqual(self.segment(firm), "keen")
        self.assertFalse(self.profile(contact))

    def test_another_company_s_integration_point_does_not_count(self):
        self.hear(self.anna, clicked_at=1)
        self.point.company_id = self.env["res.company"].create({"name": "Other"})
        self.run_day(self.scheme, TODAY)
        self.assertEqual(self.segment(self.anna), "rest")

    def test_preview_equals_run(self):
        self.run_day(self.scheme, TODAY)
        self.hear(self.anna, clicked_at=1)
        self.place(self.bella)
        for fresh in (0, -2):  # by orders, and by the facts of the last run
            with patch.object(known_facts, "FRESH_ORDERS", fresh):
                moves = Preview(self.scheme, TODAY).summarize()["moves"]
                codes = sorted((old.code, new.code) for old, new, *_size in moves)
                self.assertEqual(codes, [("rest", "keen"), ("rest", "sweet")])
        self.assertEqual(self.run_day(self.scheme, TODAY).changed, 2)

    def test_a_customer_s_page_says_why(self):
        today = self.scheme._get_today()
        self.hear(self.anna, clicked_at=(TODAY - today).days + 2)
        self.place(self.bella)
        self.run_day(self.scheme, today)
        reason = self.profile(self.anna).reason
        self.assertIn("by rule 3: 2 days since a click in a mail ≤ 7", reason)
        self.assertIn(
            "by rule 2: in Mindbox: Taste/Sweet", self.profile(self.bella).reason
        )

    def test_a_rule_says_what_it_asks_for(self):
        summaries = self.scheme.rule_ids.sorted().mapped("summary")
        expected = [
            "has unsubscribed",
            "in Mindbox: Taste/Sweet",
            "days since a click in a mail ≤ 7",
            "no orders · days since a mail was opened < 30",
            "All others",
        ]
        self.assertEqual(summaries, expected)

    def test_the_check_of_holes_knows_mails_and_segments(self):
        coverage = check_coverage(self.scheme)
        self.assertFalse([row for row in coverage.rules if row.dead])
        shadowed = [("a", "clicked <= 7"), ("b", "clicked < 3"), ("rest", "")]
        coverage = check_coverage(self.make_custom(shadowed, active=False))
        self.assertEqual([row.dead for row in coverage.rules], [False, True, False])
        # Whoever never clicked, and who did longer ago.
        self.assertEqual(coverage.holes, 2)

    def test_a_segment_needs_its_segmentation(self):
        with self.assertRaisesRegex(ValidationError, "both"):
            self.scheme.rule_ids.sorted()[0].mindbox_segment = "Sweet"

    def test_a_rule_cannot_ask_for_what_the_rules_have_told(self):
        with self.assertRaisesRegex(ValidationError, "“Taste”"):
            self.scheme.mindbox_segmentation = "Taste"

    def test_what_a_rule_asks_for_is_a_part_of_versions(self):
        kept = self.scheme._get_content()
        rule = self.scheme.rule_ids.sorted()[1]
        rule.write(dict.fromkeys(SWEET, False) | {"no_orders": True})
        self.scheme._put_back(kept)
        self.assertEqual(self.scheme._get_content(), kept)

    def test_the_nightly_export_reads_what_rules_ask_for(self):
        self.scheme.mindbox_way = "none"
        self.assertEqual(self.point._get_compared_segmentations(), {"Taste"})
