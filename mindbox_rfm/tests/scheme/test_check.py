# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The validator: holes, overlaps and rules that can never win."""

from odoo.tests import tagged

from ...measures import expand_cells
from ...models.scheme.coverage import check_coverage
from ...models.scheme.presets import PRESETS
from ..common import RfmCase

ARTICLE = [
    ("vip", "recency < 30, orders > 5, amount > 10000"),
    ("loyal", "recency < 90, orders > 3, amount > 5000"),
    ("promising", "recency < 30, orders < 3, amount < 5000"),
    ("sleeping", "recency > 180"),
    ("rest", ""),
]
# The printed table of eleven segments: R and (F + M) / 2, closed bounds.
PUTLER = [
    ("Champions", 4, 5, 4, 5),
    ("Loyal", 2, 5, 3, 5),
    ("Potential", 3, 5, 1, 3),
    ("Recent", 4, 5, 0, 1),
    ("Promising", 3, 4, 0, 1),
    ("Attention", 2, 3, 2, 3),
    ("Sleep", 2, 3, 0, 2),
    ("Risk", 0, 2, 2, 5),
    ("CannotLose", 0, 1, 4, 5),
    ("Hibernating", 1, 2, 1, 2),
    ("Lost", 0, 2, 0, 2),
]
# pymc-marketing's default segments on 4 x 4 x 4 have eighteen holes.
PYMC = {
    "premium": "334 443 444 344 434 433 343 333",
    "repeat": "244 234 232 332 143 233 243 242",
    "top": "424 414 144 314 324 124 224 423 413 133 323 313 134",
    "risk": "422 223 212 122 222 132 322 312 412 123 214",
    "inactive": "411 111 113 114 112 211 311",
}


@tagged("post_install", "-at_install")
class TestCheck(RfmCase):
    def coverage(self, rules, **values):
        return check_coverage(self.make_custom(rules, active=False, **values))

    def dead(self, coverage):
        return [row.rule.segment_id.code for row in coverage.rules if row.dead]

    def test_article_s_table_has_39_empty_bands(self):
        coverage = self.coverage(ARTICLE)
        self.assertEqual(coverage.points, 64)
        self.assertEqual(coverage.holes, 39)
        self.assertEqual(coverage.overlaps, 1)
        self.assertEqual(self.dead(coverage), [])

    def test_printed_eleven_have_four_dead_segments(self):
        rules = [
            (name, f"r >= {low}, r <= {high}, fm >= {bottom}, fm <= {top}")
            for name, low, high, bottom, top in PUTLER
        ]
        coverage = self.coverage([*rules, ("rest", "")])
        self.assertEqual(coverage.points, 125)
        self.assertEqual(coverage.holes, 0)
        self.assertEqual(coverage.overlaps, 76)
        self.assertEqual(
            self.dead(coverage), ["Recent", "Promising", "CannotLose", "Lost"]
        )

    def test_holes_of_painted_cells(self):
        rules = [(code, "", {"cells": cells}) for code, cells in PYMC.items()]
        used = {cell for cells in PYMC.values() for cell in cells.split()}
        coverage = self.coverage([*rules, ("rest", "")], bins=4)
        self.assertEqual(coverage.points, 64)
        self.assertEqual(coverage.holes, 64 - len(used))

    def test_presets_have_no_hole_and_no_dead_rule(self):
        for code in PRESETS:
            coverage = check_coverage(self.make_scheme(code, active=False))
            self.assertEqual(coverage.holes, 0, code)
            self.assertEqual(self.dead(coverage), [], code)

    def test_eleven_segments_are_an_exact_partition(self):
        rules = PRESETS["cells"].rules[:11]
        self.assertEqual(len({rule.segment for rule in rules}), 11)
        cells = [cell for rule in rules for cell in rule.cells.split()]
        self.assertEqual(sorted(cells), sorted(expand_cells("***", 5)))
        coverage = check_coverage(self.make_scheme("cells", active=False))
        self.assertEqual(coverage.overlaps, 0)

    def test_ten_segments_are_an_exact_partition(self):
        rules = PRESETS["rf"].rules[:10]
        self.assertEqual(len({rule.segment for rule in rules}), 10)
        cells = [cell for rule in rules for cell in expand_cells(rule.cells, 5)]
        self.assertEqual(sorted(cells), sorted(expand_cells("***", 5)))

    def test_shadowed_rule(self):
        rules = [("a", "recency < 90"), ("b", "recency < 30"), ("rest", "")]
        self.assertEqual(self.dead(self.coverage(rules)), ["b"])

    def test_rule_behind_a_filter_is_not_dead(self):
        rules = [
            ("a", "", {"domain": "[('name', '=', 'x')]"}),
            ("b", "recency >= 0"),
            ("c", "", {"no_orders": True}),
            ("rest", ""),
        ]
        coverage = self.coverage(rules)
        self.assertEqual(self.dead(coverage), [])
        self.assertEqual(coverage.holes, 0)

    def test_average_follows_from_amount_and_orders(self):
        rules = [
            ("a", "average > 100"),
            ("b", "average <= 100, orders > 3"),
            ("c", "orders <= 3"),
            ("rest", ""),
        ]
        coverage = self.coverage(rules)
        self.assertEqual(coverage.holes, 0)
        self.assertEqual(self.dead(coverage), [])

    def test_first_order_is_never_newer_than_the_last(self):
        rules = [("a", "age < 30"), ("b", "recency >= 30"), ("rest", "")]
        coverage = self.coverage(rules)
        # First order long ago, last one just now: only that is left to the rest.
        self.assertEqual(coverage.holes, 1)

    def test_the_form_says_so(self):
        scheme = self.make_custom(ARTICLE, active=False)
        self.assertIn("39", scheme.check_html)
