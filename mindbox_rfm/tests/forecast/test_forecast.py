# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Forecasts of ninety days, and what came, on a public data set."""

from datetime import date, timedelta
from unittest.mock import patch

import numpy as np
import pandas as pd

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ...models.forecast import buying
from ...models.forecast.forecast import DAYS, NOW, Forecast
from ..common import TODAY, RfmCase
from ..run.cdnow import insert_orders, load_orders, read_purchases
from .common import summarize

# {last day that is known: least AUC of who orders in the ninety days after}
DATES = {
    date(1997, 9, 30): 0.76,
    date(1997, 12, 31): 0.79,
    date(1998, 3, 31): 0.83,
}


def get_auc(scores, happened):
    """Return how often one of those to whom it happened has the higher score."""
    ranks = pd.Series(scores).rank().to_numpy()
    hits = happened.sum()
    others = len(happened) - hits
    return (ranks[happened].sum() - hits * (hits + 1) / 2) / (hits * others)


@tagged("post_install", "-at_install")
class TestForecastOfCdnow(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frame = read_purchases()
        cls.partners = load_orders(cls.env, cls.frame)
        cls.scheme = cls.make_custom([("all", "")], include_prospects=False)

    def get_expected(self, day):
        """Return a frame of what the product expects, by customer."""
        self.run_scheme(self.scheme, day)
        work = Forecast(self.scheme, day)
        work.load()
        rows = self.env.execute_query(work.expect(NOW))
        names = ["partner", "probability", "orders", "revenue", "early", "half", "late"]
        return pd.DataFrame(rows, columns=names).set_index("partner")

    def get_actual(self, day, index):
        """Return a frame of what came within ninety days, by pandas."""
        first, last = (pd.Timestamp(day + timedelta(days=count)) for count in (1, DAYS))
        rows = self.frame[(self.frame["date"] >= first) & (self.frame["date"] <= last)]
        came = rows.groupby("customer").agg(
            orders=("date", "nunique"), cents=("cents", "sum")
        )
        came.index = [self.partners[customer] for customer in came.index]
        return came.reindex(index).fillna(0)

    def test_ninety_days_at_three_dates(self):
        for day, least in DATES.items():
            with self.subTest(day=day):
                expected = self.get_expected(day)
                actual = self.get_actual(day, expected.index)
                happened = (actual["orders"] > 0).to_numpy()
                probability = expected["probability"].to_numpy()
                self.assertGreaterEqual(get_auc(probability, happened), least)
                tenth = pd.qcut(
                    pd.Series(probability).rank(method="first"), 10, labels=False
                )
                judged = pd.DataFrame({"said": probability, "came": happened})
                judged = judged.groupby(tenth.to_numpy()).mean()
                error = (judged["said"] - judged["came"]).abs().mean()
                self.assertLessEqual(error, 0.03)
                ratio = expected["orders"].sum() / actual["orders"].sum()
                self.assertLessEqual(abs(ratio - 1), 0.15)

    def test_it_is_shown_as_far_as_it_was_right(self):
        day = date(1998, 3, 31)
        self.run_scheme(self.scheme, day)
        forecast = self.env["rfm.forecast"]._make(self.scheme, day)
        start = day - timedelta(days=DAYS)
        facts = summarize(self.frame, start)
        self.assertEqual(forecast.buyers, len(self.partners))
        actual = self.get_actual(start, [self.partners[c] for c in facts.index])
        self.assertEqual(forecast.actual_orders, actual["orders"].sum())
        self.assertAlmostEqual(forecast.actual_revenue, actual["cents"].sum() / 100, 2)
        self.assertEqual(forecast.actual_buyers, (actual["orders"] > 0).sum())
        self.assertEqual(len(forecast.calibration), 10)
        self.assertTrue(forecast.is_shown)
        expected = self.get_expected(day)
        self.env["rfm.forecast"]._make(self.scheme, day)
        profiles = self.env["rfm.profile"].search([("scheme_id", "=", self.scheme.id)])
        for profile in profiles[:50]:
            row = expected.loc[profile.partner_id.id]
            self.assertAlmostEqual(profile.buy_probability, row["probability"], 4)
            self.assertAlmostEqual(profile.expected_orders, row["orders"], 3)
            self.assertAlmostEqual(profile.expected_revenue, row["revenue"], 2)


@tagged("post_install", "-at_install")
class TestForecast(RfmCase):
    """A made-up shop of regular customers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls.make_custom([("all", "")], include_prospects=False)
        cls.anna = cls.make_customer("Anna")
        cls.make_order(cls.anna, 10)

    def fill(self, customers=520, growth=1):
        """Have customers order every month for a year.

        :param growth: how many times as often in the last ninety days
        """
        partners = self.env["res.partner"].create(
            [{"name": f"C{n}", "ref": f"rfm-c{n}"} for n in range(customers)]
        )
        dice = np.random.default_rng(1)
        rows = []
        for partner in partners:
            rate = dice.gamma(2, 1 / 60)
            for ago in range(400, 0, -1):
                often = rate * (growth if ago <= DAYS else 1)
                if ago == 400 or dice.random() < often:
                    rows.append((partner.id, f"{TODAY - timedelta(ago)} 09:00:00", 50))
        insert_orders(self.env, rows)
        self.run_scheme(self.scheme)
        return partners

    def make(self):
        return self.env["rfm.forecast"]._make(self.scheme, TODAY)

    def test_too_few_customers_have_none(self):
        self.run_scheme(self.scheme)
        forecast = self.make()
        self.assertFalse(forecast.is_enough)
        self.assertIn("Too little", forecast.verdict)
        self.assertFalse(self.profile(self.anna).buy_probability)
        self.assertFalse(self.profile(self.anna).next_order_date)

    def test_customers_show_what_is_expected_of_them(self):
        partners = self.fill()
        forecast = self.make()
        self.assertTrue(forecast.is_shown and forecast.is_revenue_shown)
        self.assertLess(abs(forecast.orders_error), 0.2)
        self.assertIn("10", forecast.calibration_html)
        profile = self.profile(partners[0])
        self.assertTrue(0 < profile.buy_probability <= 1)
        self.assertAlmostEqual(
            profile.expected_revenue, 50 * profile.expected_orders, delta=5
        )
        partner = partners[0]
        self.assertEqual(partner.rfm_buy_probability, profile.buy_probability)
        arch = self.env["res.partner"].get_view(view_type="list")["arch"]
        self.assertIn("rfm_buy_probability", arch)

    def test_where_it_was_wrong_nothing_is_shown(self):
        partners = self.fill()
        self.make()
        self.fill(100, growth=12)
        forecast = self.make()
        self.assertTrue(forecast.is_enough)
        self.assertFalse(forecast.is_shown)
        self.assertIn("Not shown", forecast.verdict)
        self.assertFalse(self.profile(partners[0]).buy_probability)
        self.assertFalse(self.profile(partners[0]).next_order_date)
        arch = self.env["res.partner"].get_view(view_type="list")["arch"]
        self.assertNotIn("rfm_buy_probability", arch)

    def test_dates_are_in_order(self):
        partners = self.fill()
        self.make()
        profiles = self.env["rfm.profile"].search(
            [("partner_id", "in", partners.ids), ("next_order_to", "!=", False)]
        )
        self.assertTrue(profiles)
        for profile in profiles:
            self.assertLessEqual(TODAY, profile.next_order_from)
            self.assertLessEqual(profile.next_order_from, profile.next_order_date)
            self.assertLessEqual(profile.next_order_date, profile.next_order_to)

    def test_the_same_forecast_writes_nothing(self):
        self.fill()
        self.make()
        work = Forecast(self.scheme, TODAY)
        work.load()
        expected = work.expect(NOW)
        profiles = self.env["rfm.profile"]
        again = profiles._write_forecast(self.scheme, TODAY, expected, True)
        self.assertEqual(again, 0)

    def test_without_scipy_all_else_works(self):
        with patch.object(buying, "np", None):
            self.run_scheme(self.scheme)
            self.assertIn("scipy", self.scheme.forecast_text)
            with self.assertRaises(UserError):
                self.scheme.action_forecast()
        self.assertTrue(self.profile(self.anna).segment_id)

    def test_a_run_that_counts_everybody_is_followed_by_one(self):
        self.run_scheme(self.scheme)
        mine = [("identity_key", "=", f"rfm.forecast.{self.scheme.id}")]
        self.assertEqual(self.env["queue.job"].search_count(mine), 1)
        self.scheme._job_forecast()
        self.assertTrue(self.scheme.last_forecast_id)

    def test_only_managers_ask_for_one(self):
        user = new_test_user(
            self.env,
            "forecast_user",
            "mindbox_connector.group_mindbox_user",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        with self.assertRaises(AccessError):
            self.scheme.with_user(user).action_forecast()

    def test_whether_somebody_is_alive_is_shown_nowhere(self):
        names = {*self.env["rfm.profile"]._fields, *self.env["res.partner"]._fields}
        self.assertFalse([name for name in names if "alive" in name])
