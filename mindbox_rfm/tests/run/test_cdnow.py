# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Scores, segments and moves on a public data set equal an independent computation."""

from datetime import date

from odoo.tests import tagged

from ...measures import expand_cells
from ...models.run.preview import Preview
from ...models.scheme.presets import PRESETS
from ..common import RfmCase
from .cdnow import load_orders, read_purchases, score_customers

FIRST, SECOND = date(1997, 10, 1), date(1998, 7, 1)
CELLS = {
    cell: rule.segment
    for rule in reversed(PRESETS["cells"].rules)
    for cell in expand_cells(rule.cells, 5)
}


@tagged("post_install", "-at_install")
class TestCdnow(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frame = read_purchases()
        cls.partners = load_orders(cls.env, cls.frame)

    def expect(self, today):
        """Return {partner: (r, f, m, segment)} by pandas."""
        scored = score_customers(self.frame, today)
        return {
            self.partners[row.Index]: (
                row.r,
                row.f,
                row.m,
                CELLS[f"{row.r}{row.f}{row.m}"],
            )
            for row in scored.itertuples()
        }

    def found(self, scheme):
        self.env.cr.execute(
            "SELECT p.partner_id, r_score, f_score, m_score, s.code FROM rfm_profile p "
            "JOIN rfm_segment s ON s.id = p.segment_id "
            "WHERE p.scheme_id = %s AND r_score IS NOT NULL",
            scheme.ids,
        )
        return {row[0]: row[1:] for row in self.env.cr.fetchall()}

    def test_two_dates_and_the_moves_between(self):
        self.assertEqual((len(self.frame), len(self.partners)), (69659, 23570))
        scheme = self.make_scheme("cells")
        self.run_scheme(scheme, FIRST)
        before = self.found(scheme)
        self.assertEqual(before, self.expect(FIRST))
        run = self.run_scheme(scheme, SECOND)
        after = self.found(scheme)
        self.assertEqual(after, self.expect(SECOND))
        moved = {
            (partner, before[partner][3], after[partner][3])
            for partner in after
            if before[partner][3] != after[partner][3]
        }
        moves = self.env["rfm.transition"].search([("run_id", "=", run.id)])
        self.assertEqual(
            {
                (m.partner_id.id, m.from_segment_id.code, m.to_segment_id.code)
                for m in moves
            },
            moved,
        )
        self.assertEqual(run.changed, len(moved))

    def test_transition_matrix_of_two_dates(self):
        scheme = self.make_scheme("cells")
        self.run_scheme(scheme, FIRST)
        middle = date(1998, 1, 1)
        self.run_scheme(scheme, middle)
        self.run_scheme(scheme, SECOND)
        before, after = self.expect(FIRST), self.expect(SECOND)
        expected = {}
        for partner, (*_scores, new) in after.items():
            old = before[partner][3]
            if old != new:
                expected[old, new] = expected.get((old, new), 0) + 1
        codes = {segment.id: segment.code for segment in scheme.segment_ids}
        data = scheme.get_transitions(FIRST, SECOND)
        self.assertEqual(
            {(codes[old], codes[new]): count for old, new, count in data["moves"]},
            expected,
        )
        sizes = {codes[int(key)]: size for key, size in data["sizes"].items()}
        counted = {}
        for *_scores, segment in before.values():
            counted[segment] = counted.get(segment, 0) + 1
        self.assertEqual(sizes, counted)

    def test_article_s_table_leaves_as_many_out_as_counted(self):
        """One customer in five is in no segment with the table as printed."""
        rules = [
            ("vip", "recency < 30, orders > 5, amount > 100"),
            ("loyal", "recency < 90, orders > 3, amount > 50"),
            ("promising", "recency < 30, orders < 3, amount < 50"),
            ("sleeping", "recency > 180"),
            ("nobody", ""),
        ]
        scheme = self.make_custom(rules, include_prospects=False)
        nobody = scheme.segment_ids.filtered(lambda s: s.code == "nobody")
        for day in (FIRST, SECOND):
            self.run_scheme(scheme, day)
            facts = score_customers(self.frame, day)
            days, orders, cents = facts["days"], facts["orders"], facts["cents"]
            covered = (
                ((days < 30) & (orders > 5) & (cents > 10000))
                | ((days < 90) & (orders > 3) & (cents > 5000))
                | ((days < 30) & (orders < 3) & (cents < 5000))
                | (days > 180)
            )
            self.assertEqual(nobody.customer_count, (~covered).sum())

    def test_preview_equals_the_run_on_both_dates(self):
        active = self.make_scheme("article")
        self.run_scheme(active, FIRST)
        for day in (FIRST, SECOND):
            moves = {}
            for old, rule, customers, _amount, _gone, _buyers in Preview(
                active, day
            ).rows:
                new = rule.segment_id or old
                if new != old:
                    key = (old.id or None, new.id)
                    moves[key] = moves.get(key, 0) + customers
            run = self.run_scheme(active, day)
            groups = self.env["rfm.transition"]._read_group(
                [("run_id", "=", run.id)],
                ["from_segment_id", "to_segment_id"],
                ["__count"],
            )
            done = {(old.id or None, new.id): n for old, new, n in groups}
            self.assertEqual(moves, done)
