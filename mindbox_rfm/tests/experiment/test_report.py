# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The figures equal an independent computation; what is said of them, and when."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from odoo.tests import tagged

from ...models.experiment.figures import correct
from ..common import RfmCase
from ..run.cdnow import load_orders, read_purchases
from .common import ExperimentCase
from .independent import adjust, cap, compare, draw_control, get_places

FIGURES = (
    "difference",
    "difference_low",
    "difference_high",
    "lift",
    "lift_low",
    "lift_high",
)
START = date(1997, 12, 31)


@tagged("post_install", "-at_install")
class TestReportOfCdnow(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frame = read_purchases()
        cls.partners = load_orders(cls.env, cls.frame)
        cls.scheme = cls.make_scheme("cells", include_prospects=False)
        cls.run_scheme(cls.scheme, START)

    def count(self, since, until):
        """Return {partner ID: (orders, amount)} of days after the start."""
        first, last = (
            pd.Timestamp(START + timedelta(days=day)) for day in (since, until)
        )
        rows = self.frame[(self.frame["date"] >= first) & (self.frame["date"] <= last)]
        found = rows.groupby("customer").agg(
            orders=("date", "size"), cents=("cents", "sum")
        )
        return {
            self.partners[row.Index]: (row.orders, row.cents / 100)
            for row in found.itertuples()
        }

    def get_facts(self):
        """Return arrays by customer: ID, segment, stratum, before, after."""
        profiles = self.read_profiles()
        ids, segments, strata = map(np.array, zip(*profiles, strict=True))
        after, before = self.count(1, 90), self.count(-90, -1)
        get = [
            np.array([d.get(i, (0, 0)) for i in ids], float) for d in (after, before)
        ]
        return ids, segments, strata, *get

    def read_profiles(self):
        self.env.cr.execute(
            "SELECT partner_id, segment_id, segment_id * 16 + m_score "
            "FROM rfm_profile WHERE scheme_id = %s ORDER BY partner_id",
            self.scheme.ids,
        )
        return self.env.cr.fetchall()

    def expect(self, metric, share, seed):
        """Return {segment ID, None for all: figures} from the purchases alone."""
        ids, segments, strata, after, before = self.get_facts()
        places = get_places(ids, seed)
        control = draw_control(strata, places, share, seed)
        if metric == "conversion":
            values, earlier = (array[:, 0] > 0 for array in (after, before))
            values, earlier = values.astype(float), earlier.astype(float)
        else:
            values, earlier = cap(after[:, 1]), cap(before[:, 1])
        residuals = adjust(values, earlier, strata)
        found = {None: compare(residuals, values, places, control)}
        for segment in np.unique(segments):
            mask = segments == segment
            found[int(segment)] = compare(
                residuals[mask], values[mask], places[mask], control[mask]
            )
        return found, control.sum()

    def check(self, metric, share, seed):
        experiment = self.env["rfm.experiment"].create(
            {
                "name": metric,
                "scheme_id": self.scheme.id,
                "metric": metric,
                "share": share,
                "seed": seed,
                "days": 90,
            }
        )
        experiment._start(START)
        experiment._measure(START + timedelta(days=91))
        self.assertEqual(experiment.state, "done")
        expected, left_out = self.expect(metric, share, seed)
        lines = {line.segment_id.id or None: line for line in experiment.line_ids}
        self.assertEqual(set(lines), set(expected))
        self.assertEqual(lines[None].control_count, left_out)
        for segment, line in lines.items():
            for name in FIGURES:
                self.assertAlmostEqual(
                    line[name], expected[segment][name], delta=1e-9, msg=name
                )
        tested = [line for line in experiment.line_ids if line.segment_id]
        p_values = correct([line.p_value for line in tested])
        for line, p_value in zip(tested, p_values, strict=True):
            self.assertAlmostEqual(line.corrected_p_value, p_value, 9)

    def test_figures_of_customers_who_order(self):
        self.check("conversion", 10, 11)

    def test_figures_of_revenue(self):
        self.check("revenue", 30, 12)

    def test_what_can_be_seen_before_the_start(self):
        experiment = self.env["rfm.experiment"].create(
            {"name": "Outlook", "scheme_id": self.scheme.id, "days": 90, "seed": 1}
        )
        experiment.outlook = experiment._look(START)
        row = experiment.outlook["rows"][0]
        self.assertEqual(row["customers"], len(self.partners))
        lift = row["lifts"]["90"]["10"]
        # Without strata and the time before, 13.8 % of a conversion of 16.2 %.
        self.assertTrue(0.10 < lift < 0.138, lift)
        self.assertLess(row["lifts"]["180"]["10"], lift)
        self.assertLess(row["lifts"]["90"]["50"], lift)
        self.assertIn(f"{100 * lift:.1f} %", experiment.outlook_text)
        self.assertIn(self.scheme.segment_ids[0].name, experiment.outlook_html)


@tagged("post_install", "-at_install")
class TestReport(ExperimentCase):
    buyers, others = 120, 40

    def sell(self):
        """Let the test group buy, and the control group hardly."""
        control = self.group("control")[:8]
        self.insert((partner, 2, 100) for partner in self.group("test") | control)

    def whole(self):
        return self.experiment.line_ids.filtered(lambda line: not line.segment_id)

    def test_nobody_has_won_before_the_end(self):
        self.start()
        self.sell()
        for day in (2, 29, 30):
            self.measure(day)
            self.assertEqual(set(self.experiment.line_ids.mapped("verdict")), {"open"})
            self.assertIn("nobody has won yet", self.experiment.headline)
        self.measure(31)
        self.assertEqual(self.whole().verdict, "better")
        self.assertEqual(self.experiment.headline, "Test is better")

    def test_a_stopped_one_has_no_winner(self):
        self.start()
        self.sell()
        self.measure(5)
        self.experiment.action_stop()
        self.assertEqual(self.experiment.state, "stopped")
        self.assertEqual(set(self.experiment.line_ids.mapped("verdict")), {"open"})
        self.assertIn("Stopped", self.experiment.headline)

    def test_broken_groups_have_no_winner(self):
        self.start()
        self.sell()
        control = self.group("control")
        lost = [("partner_id", "in", control[:40].ids)]
        self.env["rfm.experiment.member"].search(lost).unlink()
        self.measure(31)
        self.assertTrue(self.experiment.is_broken)
        self.assertEqual(set(self.experiment.line_ids.mapped("verdict")), {"broken"})
        self.assertIn("no result", self.experiment.headline)

    def test_where_nothing_differs_nothing_is_said(self):
        self.start()
        self.insert((partner, 2, 100) for partner in self.customers[::2])
        self.measure(31)
        self.assertEqual(self.whole().verdict, "none")

    def test_a_small_segment_says_nothing(self):
        self.start()
        self.sell()
        self.measure(31)
        verdicts = {line.name: line.verdict for line in self.experiment.line_ids}
        self.assertEqual(verdicts, {"All": "better", "buyers": "better", "rest": "few"})

    def test_values_are_shown_as_they_are(self):
        self.experiment.metric = "revenue"
        self.start()
        self.insert((partner, 2, 10) for partner in self.group("test"))
        self.measure(31)
        self.assertEqual((self.whole().test_value, self.whole().control_value), (10, 0))

    def test_one_huge_order_decides_nothing(self):
        self.experiment.metric = "revenue"
        self.start()
        self.insert((partner, 2, 10) for partner in self.customers)
        self.measure(3)
        before = self.whole().difference
        self.insert([(self.group("test")[0], 3, 1_000_000)])
        self.measure(4)
        self.assertLess(abs(self.whole().difference - before), 5)
