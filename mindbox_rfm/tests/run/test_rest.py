# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A scheme by which nearly everybody falls to the last rule moves nobody."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import TODAY, RfmCase


@tagged("post_install", "-at_install")
class TestRest(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls.make_custom([("big", "amount >= 100"), ("rest", "")], False)
        for number in range(20):
            cls.make_order(cls.make_customer(f"C{number}"), 9, 50 + 10 * number)
        cls.make_customer("Prospect")

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(type(self.scheme), "_get_today", lambda _scheme: TODAY)
        )

    def test_few_in_the_last_rule(self):
        self.scheme.action_activate()
        self.assertEqual(self.scheme.state, "active")

    def test_too_many_in_the_last_rule(self):
        self.scheme.rule_ids.sorted()[0].condition_ids.value = 160
        before = self.make_custom([("all", "")])
        with self.assertRaisesRegex(UserError, "11 of 20 customers .*55 %.*“rest”"):
            self.scheme.action_activate()
        self.assertEqual((self.scheme.state, before.state), ("draft", "active"))
        self.scheme.max_rest_share = 55
        self.scheme.action_activate()
        self.assertEqual(self.scheme.state, "active")

    def test_nearly_nobody_has_ordered(self):
        self.scheme.rule_ids.sorted()[0].condition_ids.value = 9000
        self.scheme.customer_domain = "[('ref', '=like', 'rfm-C1%')]"
        self.scheme.action_activate()
        self.assertEqual(self.scheme.state, "active")

    def test_a_single_rule_is_meant_for_all(self):
        scheme = self.make_custom([("all", "")], False)
        scheme.action_activate()
        self.assertEqual(scheme.state, "active")

    def test_other_scores(self):
        scheme = self.make_custom([("best", "m >= 3"), ("rest", "")], False)
        scheme.action_activate()
        with self.assertRaisesRegex(UserError, "would fall to the last rule"):
            scheme.bins = 3
        self.scheme.bins = 3  # a draft moves nobody

    def test_painted_cells_follow_the_scores(self):
        scheme = self.make_scheme("cells", active=False)
        self.assertEqual(len(scheme.matrix), 5**3)
        champions = scheme.segment_ids.filtered(lambda s: s.name == "Champions")
        for bins in (10, 5, 8, 5):
            scheme.bins = bins
            self.assertEqual(len(scheme.matrix), bins**3, "no cell is left unpainted")
            best = str(bins).replace("10", "A") * 3
            self.assertEqual(scheme.matrix[best], champions.id)
        with self.assertRaisesRegex(UserError, "Need attention.*nothing is left"):
            scheme.bins = 4

    def test_a_rule_that_would_lose_all_its_cells(self):
        rule = self.scheme.rule_ids.sorted()[0]
        rule.write({"condition_ids": [(5,)], "cells": "222"})
        with self.assertRaisesRegex(UserError, "nothing is left"):
            self.scheme.bins = 3
        self.scheme.invalidate_recordset()
        self.scheme.write({"bins": 3, "rule_ids": [(1, rule.id, {"cells": "333"})]})
        self.assertEqual(rule.cells, "333")

    def test_painted_cells_follow_in_the_form(self):
        scheme = self.make_scheme("cells", active=False)
        fields = {"bins": {}, "painted_bins": {}, "matrix": {}}
        fields["rule_ids"] = {"fields": {"cells": {}}}
        values = {"bins": 10, "painted_bins": 5}
        found = scheme.onchange(values, ["bins"], fields)["value"]
        self.assertEqual(len(found["matrix"]), 10**3)
        self.assertEqual(found["painted_bins"], 10)
        self.assertEqual(len(scheme.matrix), 5**3, "nothing is saved")
        scheme.write({"bins": 10, "matrix": found["matrix"]})
        self.assertEqual(scheme.matrix, found["matrix"])
        answer = scheme.onchange({"bins": 4, "painted_bins": 10}, ["bins"], fields)
        self.assertIn("nothing is left", answer["warning"]["message"])
        self.assertEqual(answer["value"]["bins"], 10)
