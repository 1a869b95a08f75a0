# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who came back, by the month of the first order: equal to pandas."""

from datetime import date

import pandas as pd

from odoo.tests import tagged

from ..common import TODAY, RfmCase
from ..run.cdnow import load_orders, read_purchases

DAY = date(1998, 6, 30)


@tagged("post_install", "-at_install")
class TestCohortsOfCdnow(RfmCase):
    def test_all_cells_equal_an_independent_computation(self):
        frame = read_purchases()
        load_orders(self.env, frame)
        scheme = self.make_custom([("all", "")], include_prospects=False)
        self.run_scheme(scheme, DAY)
        self.env["rfm.cohort"]._fill(scheme, DAY)
        frame["month"] = frame["date"].dt.to_period("M")
        frame["cohort"] = frame.groupby("customer")["month"].transform("min")
        sizes = frame.groupby("cohort")["customer"].nunique()
        cells = frame.groupby(["cohort", "month"]).agg(
            buyers=("customer", "nunique"),
            orders=("date", "size"),
            cents=("cents", "sum"),
        )
        found = {
            (pd.Period(row.cohort, "M"), row.months_since): row
            for row in scheme.cohort_ids
        }
        last, seen = pd.Period(DAY, "M"), 0
        for cohort, size in sizes.items():
            for months in range((last - cohort).n + 1):
                row = found.pop((cohort, months))
                self.assertEqual(row.customers, size)
                key = (cohort, cohort + months)
                cell = cells.loc[key] if key in cells.index else None
                expected = (
                    (0, 0, 0)
                    if cell is None
                    else (cell["buyers"], cell["orders"], cell["cents"] / 100)
                )
                self.assertEqual((row.buyers, row.orders), expected[:2])
                self.assertAlmostEqual(row.revenue, expected[2], 2)
                self.assertAlmostEqual(row.share, expected[0] / size, 9)
                seen += 1
        self.assertFalse(found)
        self.assertGreater(seen, 18)


@tagged("post_install", "-at_install")
class TestCohorts(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls.make_custom([("all", "")], include_prospects=False)
        cls.anna = cls.make_customer("Anna")

    def cells(self):
        """Return {months since: (buyers, orders, revenue)} of the oldest cohort."""
        self.run_scheme(self.scheme)
        self.env["rfm.cohort"]._fill(self.scheme, TODAY)
        rows = self.scheme.cohort_ids
        oldest = min(rows.mapped("cohort"))
        return {
            row.months_since: (row.buyers, row.orders, row.revenue)
            for row in rows.filtered(lambda row: row.cohort == oldest)
        }

    def test_a_month_without_orders_is_a_row(self):
        self.make_order(self.anna, moment="2025-03-10 09:00:00")
        self.make_order(self.anna, moment="2025-05-10 09:00:00")
        self.assertEqual(
            self.cells(), {0: (1, 1, 100), 1: (0, 0, 0), 2: (1, 1, 100), 3: (0, 0, 0)}
        )

    def test_a_month_begins_where_the_company_is(self):
        self.make_order(self.anna, moment="2025-03-31 21:30:00")
        self.cells()
        self.assertEqual(min(self.scheme.cohort_ids.mapped("cohort")).month, 4)

    def test_contacts_of_a_company_are_one_customer(self):
        child = self.make_customer("Child", parent_id=self.anna.id)
        self.make_order(self.anna, moment="2025-04-10 09:00:00")
        self.make_order(child, moment="2025-05-10 09:00:00")
        self.assertEqual(self.cells(), {0: (1, 1, 100), 1: (1, 1, 100), 2: (0, 0, 0)})

    def test_cancelled_and_erased_are_none(self):
        bella = self.make_customer("Bella")
        self.make_order(self.anna, moment="2025-04-10 09:00:00")
        self.make_order(self.anna, moment="2025-05-10 09:00:00", state="cancel")
        self.make_order(bella, moment="2025-03-10 09:00:00")
        bella.action_mindbox_erase()
        self.assertEqual(self.cells(), {0: (1, 1, 100), 1: (0, 0, 0), 2: (0, 0, 0)})

    def test_a_run_that_counts_everybody_is_followed_by_them(self):
        self.make_order(self.anna, 40)
        self.run_scheme(self.scheme)
        mine = [("identity_key", "=", f"rfm.cohorts.{self.scheme.id}")]
        self.assertEqual(self.env["queue.job"].search_count(mine), 1)
        self.scheme._job_cohorts()
        self.assertTrue(self.scheme.cohort_ids)
