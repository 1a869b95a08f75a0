# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bad input is refused at entry, in plain words."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..common import RfmCase


@tagged("post_install", "-at_install")
class TestInput(RfmCase):
    def refuse(self, words, rules=None, error=ValidationError, **values):
        rules = rules or [("a", "recency < 30"), ("rest", "")]
        with self.assertRaisesRegex(error, words), self.env.cr.savepoint():
            self.make_custom(rules, active=False, **values)

    def test_lower_bound_above_upper(self):
        rule = ("a", "recency > 90, recency < 30")
        self.refuse("Is the lower bound above", [rule, ("rest", "")])

    def test_bounds_with_nothing_between(self):
        self.refuse("at once", [("a", "orders > 3, orders < 4"), ("rest", "")])
        self.refuse("at once", [("a", "amount >= 10, amount < 10"), ("rest", "")])
        self.make_custom([("a", "amount >= 10, amount <= 10"), ("rest", "")], False)

    def test_two_bounds_of_one_side(self):
        rule = ("a", "orders > 3, orders >= 5")
        self.refuse("bound the same side", [rule, ("rest", "")])

    def test_score_that_does_not_exist(self):
        self.refuse("Scores run from 1 to 5", [("a", "r >= 7"), ("rest", "")])

    def test_what_is_no_number(self):
        rules = [("a", "recency < 30"), ("rest", "")]
        for text in ("inf", "nan, 1", "-inf"):
            cuts = {"r_cuts": "365, 180, 90, 30", "m_cuts": "1, 2, 3, 4"}
            cuts["f_cuts"] = f"1, 2, 3, {text}"
            self.refuse("write numbers", rules, method="fixed", **cuts)

    def test_filter_on_the_segment_of_somebody_else(self):
        domain = "[('parent_id.rfm_segment_id', '!=', False)]"
        rules = [("a", "", {"domain": domain}), ("rest", "")]
        self.refuse("result of the rules", rules)

    def test_invalid_filter(self):
        for domain in (
            "[('no_such_field', '=', 1)]",
            "[(",
            "42",
            "[('name', 'ist', 1)]",
        ):
            rules = [("a", "", {"domain": domain}), ("rest", "")]
            self.refuse("filter on customers is not valid", rules)

    def test_filter_on_a_forbidden_field(self):
        user = new_test_user(
            self.env, "rfm-mgr", groups="mindbox_connector.group_mindbox_manager"
        )
        scheme = self.make_custom([("a", "recency < 30"), ("rest", "")], False)
        allowed = self.env["res.partner"].with_user(user).fields_get()
        name = next(
            name
            for name, field in self.env["res.partner"]._fields.items()
            if field.store and field.column_type and name not in allowed
        )
        rule = scheme.rule_ids[0].with_user(user)
        with self.assertRaisesRegex(ValidationError, "may not read"):
            rule.domain = f"[('{name}', '!=', False)]"

    def test_filter_on_the_segment_itself(self):
        rules = [("a", "", {"domain": "[('rfm_score', '=', '555')]"}), ("rest", "")]
        self.refuse("cannot ask for the result of the rules", rules)

    def test_invalid_filter_of_the_scheme(self):
        self.refuse(
            "filter of customers is not valid", customer_domain="[('x', '=', 1)]"
        )

    def test_no_catch_all(self):
        self.refuse("must have no conditions", [("a", "recency < 30")])

    def test_catch_all_in_the_middle(self):
        rules = [("a", ""), ("b", "recency < 30"), ("rest", "")]
        self.refuse("could never win", rules)

    def test_catch_all_cannot_be_deleted(self):
        scheme = self.make_custom([("a", "recency < 30"), ("rest", "")], False)
        with self.assertRaisesRegex(ValidationError, "must have no conditions"):
            scheme.rule_ids = [Command.delete(scheme.rule_ids.sorted()[-1].id)]

    def test_segment_with_rules(self):
        scheme = self.make_custom([("a", "recency < 30"), ("rest", "")], False)
        with self.assertRaisesRegex(UserError, "rules lead to this segment"):
            scheme.segment_ids[0].unlink()

    def test_segment_with_customers(self):
        scheme = self.make_custom([("a", "recency < 30"), ("rest", "")])
        self.make_order(self.make_customer(), 5)
        self.run_scheme(scheme)
        segment = scheme.segment_ids[0]
        scheme.rule_ids.sorted()[0].unlink()
        with self.assertRaisesRegex(UserError, "customers are in this segment"):
            segment.unlink()
        self.run_scheme(scheme)
        segment.unlink()

    def test_thresholds(self):
        fixed = {"method": "fixed", "f_cuts": "1, 2, 3, 5", "m_cuts": "1, 2, 3, 4"}
        self.refuse("must fall", r_cuts="30, 90, 180, 365", **fixed)
        self.refuse("need 4 thresholds, not 3", r_cuts="365, 180, 90", **fixed)
        self.refuse("write numbers", r_cuts="365, 180, ninety, 30", **fixed)
        fixed["f_cuts"] = "1, 1, 2, 3"
        self.refuse("must rise", r_cuts="365, 180, 90, 30", **fixed)

    def test_cells_that_do_not_exist(self):
        for cells in ("546 556", "55", "0.5"):
            rules = [("a", "", {"cells": cells}), ("rest", "")]
            self.refuse("is no cell of the matrix", rules)

    def test_no_orders_with_conditions(self):
        rules = [("a", "recency < 30", {"no_orders": True}), ("rest", "")]
        self.refuse("neither days nor amounts", rules)

    def test_codes_and_colours(self):
        self.refuse("cannot be a system name", [("ёлка", "recency < 30"), ("rest", "")])
        scheme = self.make_custom([("a", "recency < 30"), ("rest", "")], False)
        with self.assertRaisesRegex(ValidationError, "A colour is written like"):
            scheme.segment_ids[0].color = "red"

    def test_draft_does_not_compute(self):
        scheme = self.make_custom([("a", "recency < 30"), ("rest", "")], False)
        with self.assertRaisesRegex(UserError, "Activate the scheme first"):
            scheme.action_compute()

    def test_scheme_without_rules(self):
        scheme = self.env["rfm.scheme"].create({"name": "Empty"})
        with self.assertRaisesRegex(UserError, "without rules"):
            scheme.action_activate()

    def test_active_scheme_is_not_deleted(self):
        scheme = self.make_custom([("a", "recency < 30"), ("rest", "")])
        with self.assertRaisesRegex(UserError, "is active"):
            scheme.unlink()

    def test_users_see_and_managers_edit(self):
        user = new_test_user(
            self.env, "rfm-user", groups="mindbox_connector.group_mindbox_user"
        )
        manager = new_test_user(
            self.env, "rfm-boss", groups="mindbox_connector.group_mindbox_manager"
        )
        scheme = self.make_custom([("a", "recency < 30"), ("rest", "")])
        self.assertTrue(scheme.with_user(user).rule_ids.mapped("summary"))
        with self.assertRaises(AccessError):
            scheme.with_user(user).bins = 4
        scheme.with_user(manager).min_stay_days = 3
        scheme.with_user(manager).action_preview()
        with self.assertRaises(AccessError):
            self.env["rfm.profile"].with_user(manager).create(
                {"partner_id": 1, "scheme_id": scheme.id}
            )
