# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What holds for any customers and any rules, by random ones."""

from datetime import timedelta
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged
from odoo.tools import SQL

from ...measures import MEASURES, cell_code
from ...models.run import known_facts
from ...models.run.preview import Preview
from ..common import TODAY, RfmCase
from .cdnow import insert_orders

SETTINGS = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
CUSTOMERS = 40

orders = st.lists(
    st.tuples(
        st.integers(0, CUSTOMERS - 1),
        st.integers(0, 400),
        st.sampled_from([0, 1, 10, 99.99, 100, 499.5, 999.99, 5000, 12345.67]),
    ),
    max_size=80,
)
operators = st.sampled_from(["<", "<=", ">", ">="])


@st.composite
def rules(draw, bins):
    """Rules that the add-on accepts: any conditions, cells, a catch-all at the end."""
    made = []
    for number in range(draw(st.integers(0, 5))):
        measures = draw(
            st.lists(st.sampled_from(list(MEASURES)), unique=True, max_size=2)
        )
        values = {True: st.integers(1, bins), False: st.integers(0, 500)}
        parts = [
            f"{measure} {draw(operators)} {draw(values[MEASURES[measure].score])}"
            for measure in measures
        ]
        scores = st.integers(1, bins)
        cells = draw(st.lists(st.tuples(scores, scores, scores), max_size=30))
        if parts or cells:
            codes = " ".join(sorted({cell_code(*cell) for cell in cells}))
            made.append((f"s{number}", ", ".join(parts), {"cells": codes}))
    return [*made, ("rest", "")]


@tagged("post_install", "-at_install")
class TestProperties(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].create(
            [{"name": f"P{n}", "ref": f"rfm-p{n}"} for n in range(CUSTOMERS)]
        )

    def load(self, made):
        self.env.cr.execute(
            SQL("DELETE FROM sale_order WHERE partner_id = ANY(%s)", self.partners.ids)
        )
        if made:
            insert_orders(
                self.env,
                [
                    (
                        self.partners[customer].id,
                        f"{TODAY - timedelta(days=days)} 10:00:00",
                        amount,
                    )
                    for customer, days, amount in made
                ],
            )

    def rows(self, scheme):
        return self.env.execute_query_dict(
            SQL("SELECT * FROM rfm_profile WHERE scheme_id = %s", scheme.id)
        )

    @SETTINGS
    @given(made=orders, bins=st.integers(3, 10))
    def test_scores_are_monotone_and_equal_for_equal_values(self, made, bins):
        with self.env.cr.savepoint() as savepoint:
            self.load(made)
            scheme = self.make_custom([("all", "")], bins=bins)
            self.run_scheme(scheme)
            rows = [row for row in self.rows(scheme) if row["last_order_date"]]
            for value, score in (
                ("last_order_date", "r_score"),
                ("order_count", "f_score"),
                ("amount", "m_score"),
            ):
                self.check_monotone([(row[value], row[score]) for row in rows], bins)
            savepoint.rollback()

    def check_monotone(self, pairs, bins):
        """Compare with the definition: 1 + floor(bins * L / N)."""
        for value, score in pairs:
            worse = sum(1 for other, _score in pairs if other < value)
            self.assertEqual(score, 1 + bins * worse // len(pairs))

    @SETTINGS
    @given(data=st.data(), made=orders, bins=st.integers(3, 6))
    def test_one_segment_each_and_preview_equals_run(self, data, made, bins):
        first, second = data.draw(rules(bins)), data.draw(rules(bins))
        with self.env.cr.savepoint() as savepoint:
            self.load(made)
            scheme = self.make_any(first, bins)
            self.run_scheme(scheme)
            self.assertEqual(len(self.rows(scheme)), CUSTOMERS)
            self.assertTrue(all(row["segment_id"] for row in self.rows(scheme)))
            run = self.run_scheme(scheme)
            self.assertEqual(run.written, 0)
            run.seen_until = "2100-01-01"  # after all that was written here
            other = self.make_any(second, bins, active=False)
            self.compare_preview(scheme, other)
            savepoint.rollback()

    def make_any(self, made, bins, **values):
        """Create a scheme; drop rules whose bounds leave no room."""
        return self.make_custom(made, bins=bins, **values)

    def count_preview(self, scheme):
        counts = {}
        for segment, rule, customers, _amount, _gone, _buyers in Preview(
            scheme, TODAY
        ).rows:
            key = (segment.id, rule.segment_id.id)
            counts[key] = counts.get(key, 0) + customers
        return counts

    def compare_preview(self, scheme, other):
        old = {row["partner_id"]: row["segment_id"] for row in self.rows(scheme)}
        expected = self.count_preview(other)
        with patch.object(known_facts, "FRESH_ORDERS", -2):  # by the last run's facts
            self.assertTrue(Preview(other, TODAY).known)
            self.assertEqual(self.count_preview(other), expected)
        scheme.state = "draft"
        other.state = "active"
        self.run_scheme(other)
        done = {}
        for row in self.rows(other):
            key = (old[row["partner_id"]], row["segment_id"])
            done[key] = done.get(key, 0) + 1
        self.assertEqual(expected, done)
