# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whom a run counts anew, and what it does to all others."""

from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from ...models.run.sources import Source
from ..common import TODAY
from .incremental import IncrementalCase


@tagged("post_install", "-at_install")
class TestIncremental(IncrementalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls.make_custom(
            [("fresh", "recency < 30"), ("rest", "")],
            method="fixed",
            r_cuts="90, 60, 30, 10",
            f_cuts="1, 2, 3, 4",
            m_cuts="100, 200, 300, 400",
        )
        cls.anna, cls.bella = map(cls.make_customer, ("Anna", "Bella"))
        cls.order = cls.make_order(cls.anna, 25, 100)
        cls.make_order(cls.bella, 5, 30)

    def setUp(self):
        super().setUp()
        self.assertEqual(self.run_day(self.scheme, TODAY).scope, "all")

    def test_only_who_was_touched_is_counted(self):
        run = self.compare(self.scheme, TODAY)
        self.assertEqual((run.scope, run.touched, run.written), ("touched", 0, 0))
        self.make_order(self.bella, 0, 70)
        run = self.compare(self.scheme, TODAY)
        self.assertEqual((run.scope, run.touched, run.written), ("touched", 1, 1))

    def test_days_pass_a_border_without_anybody_touched(self):
        run = self.compare(self.scheme, TODAY + timedelta(days=4))
        self.assertEqual((run.touched, run.changed), (0, 0))
        run = self.compare(self.scheme, TODAY + timedelta(days=5))
        self.assertEqual((run.touched, run.changed), (0, 1))
        self.assertEqual(self.profile(self.anna).segment_id.code, "rest")

    def test_what_nothing_told_of_is_found_once_a_week(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET amount_total = 900 WHERE id = %s", self.order.ids
        )
        for day in range(1, 7):
            run = self.run_day(self.scheme, TODAY + timedelta(days=day))
            self.assertEqual((run.scope, run.missed), ("touched", 0))
        self.assertEqual(self.profile(self.anna).amount, 100)
        run = self.run_day(self.scheme, TODAY + timedelta(days=7))
        self.assertEqual((run.scope, run.missed), ("all", 1))
        self.assertEqual(self.profile(self.anna).amount, 900)
        self.assertIn("corrected 1 profiles", run.warnings)
        self.assertEqual(
            self.run_day(self.scheme, TODAY + timedelta(days=8)).scope, "touched"
        )

    def test_a_filter_on_other_records_has_everybody_counted(self):
        rule = self.scheme.rule_ids.sorted()[0]
        for domain in (
            "[('country_id.code', '=', 'DE')]",
            "[('country_id', 'ilike', 'Germany')]",
            "[('category_id', '=', 1)]",
            "[('create_date', '>', '2020-01-01')]",
        ):
            rule.domain = domain
            self.assertEqual(self.run_day(self.scheme, TODAY).scope, "all")
        rule.domain = f"[('country_id', '=', {self.env.ref('base.de').id})]"
        self.assertEqual(self.run_day(self.scheme, TODAY).scope, "touched")
        self.anna.country_id = self.env.ref("base.de")
        self.assertEqual(self.compare(self.scheme, TODAY).touched, 1)

    def test_another_scheme_has_run_meanwhile(self):
        other = self.make_custom([("all", "")], active=False)
        self.scheme.state = "draft"
        other.state = "active"
        self.assertEqual(self.run_day(other, TODAY).scope, "all")
        other.state = "draft"
        self.scheme.state = "active"
        self.assertEqual(self.run_day(self.scheme, TODAY).scope, "all")
        self.assertEqual(len(self.rows(self.scheme)), 2)

    def test_orders_of_branches_count_by_choice(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        order = self.make_order(self.bella, 2, 40)
        order.flush_recordset()
        self.env.cr.execute(
            "UPDATE sale_order SET company_id = %s WHERE id = %s",
            [branch.id, order.id],
        )
        self.env.invalidate_all()
        self.run_day(self.scheme, TODAY)
        self.assertEqual(self.facts(self.bella), (5, 1, 30))
        self.scheme.include_branches = True
        run = self.run_day(self.scheme, TODAY)
        self.assertEqual((run.scope, self.facts(self.bella)), ("all", (2, 2, 70)))

    def test_purchases_of_another_source(self):
        made = []

        def get_sources(scheme):
            rows = SQL(", ").join(
                SQL("(%s, %s::timestamp, %s, %s)", *row) for row in made
            )
            names = "t(partner_id, moment, amount, order_id)"
            bought = SQL("SELECT * FROM (VALUES %s) AS %s", rows, SQL(names))
            return [Source(bought, lambda since: SQL("SELECT %s", self.anna.id))]

        self.enterContext(patch.object(type(self.scheme), "_get_sources", get_sources))
        made.append((self.anna.id, f"{TODAY} 08:00:00", 20.0, self.order.id))
        self.compare(self.scheme, TODAY)
        self.assertEqual(self.facts(self.anna), (25, 1, 100))
        tomorrow = f"{TODAY + timedelta(days=1)} 08:00:00"
        made.append((self.anna.id, f"{TODAY} 08:00:00", 20.0, None))
        made.append((self.bella.id, tomorrow, 50.0, None))
        self.compare(self.scheme, TODAY)
        self.assertEqual(self.facts(self.anna), (0, 2, 120))
        run = self.compare(self.scheme, TODAY + timedelta(days=1))
        self.assertEqual(run.touched, 2)
        self.assertEqual(self.profile(self.bella).amount, 80)
