# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A preview of what is in the form: it writes nothing, and says what a run would do."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ...models.run import known_facts
from ...models.run.preview import Preview
from ...models.run.rfm_sources import SOURCES
from ..common import TODAY, RfmCase

TABLES = ("rfm_scheme", "rfm_rule", "rfm_condition", "rfm_segment", "rfm_profile")


@tagged("post_install", "-at_install")
class TestPreview(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls.make_custom(
            [("best", "m >= 4"), ("middle", "m >= 2"), ("rest", "")],
            include_prospects=False,
        )
        for number in range(1, 13):
            customer = cls.make_customer(f"C{number}")
            cls.make_order(customer, 40 * number, 10 * number)
        cls.run_scheme(cls.scheme)

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(type(self.scheme), "_get_today", lambda _scheme: TODAY)
        )

    def rows(self):
        """Return the very versions of all rows that a preview could have written."""
        self.env.flush_all()
        query = "SELECT %s, id, xmin::text, ctid::text FROM %s"
        return {
            row
            for table in TABLES
            for row in self.env.execute_query(SQL(query, table, SQL.identifier(table)))
        }

    def preview(self, changes):
        """Return {(from, to): customers} as the window shows them."""
        action = self.scheme.action_preview(changes)
        preview = self.env["rfm.preview"].browse(action["res_id"])
        return {
            (line.from_segment_id.code, line.to_segment_id.code): line.customers
            for line in preview.line_ids
        }

    def moves(self):
        """Return the same of what a run does."""
        run = self.run_scheme(self.scheme)
        moves = {}
        for move in self.env["rfm.transition"].search([("run_id", "=", run.id)]):
            key = (move.from_segment_id.code, move.to_segment_id.code)
            moves[key] = moves.get(key, 0) + 1
        return moves

    def compare(self, changes):
        before = self.rows()
        previewed = self.preview(changes)
        self.assertEqual(self.rows(), before, "a preview writes nothing")
        self.scheme.write(changes)
        self.assertEqual(self.moves(), previewed)
        self.assertTrue(previewed)

    def test_what_is_in_the_form(self):
        rule = self.scheme.rule_ids.sorted()[0]
        self.compare({"bins": 4})
        self.compare(
            {"method": "fixed", "r_cuts": "9, 8, 7"}
            | {"f_cuts": "1, 2, 3", "m_cuts": "10, 20, 90"}
        )
        self.compare({"rule_ids": [Command.delete(rule.id)]})
        segment = self.scheme.segment_ids.filtered(lambda s: s.code == "best")
        conditions = self.conditions("amount > 50")
        values = {"segment_id": segment.id, "condition_ids": conditions, "sequence": -1}
        self.compare({"rule_ids": [Command.create(values)]})
        condition = self.scheme.rule_ids.sorted()[0].condition_ids
        change = [Command.update(condition.id, {"value": 70})]
        self.compare(
            {
                "rule_ids": [
                    Command.update(
                        self.scheme.rule_ids.sorted()[0].id, {"condition_ids": change}
                    )
                ]
            }
        )

    def test_what_could_not_be_saved(self):
        last = self.scheme.rule_ids.sorted()[-1]
        for changes in (
            {"rule_ids": [Command.delete(last.id)]},
            {"method": "fixed", "r_cuts": "1"},
            {"customer_domain": "[('no_such_field', '=', 1)]"},
            {"rule_ids": [Command.update(last.id, {"cells": "999"})]},
        ):
            with self.subTest(changes), self.assertRaises(ValidationError):
                self.preview(changes)

    def test_who_may_not_save_previews_what_is_saved(self):
        user = new_test_user(
            self.env,
            "rfm_looker",
            "mindbox_connector.group_mindbox_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        scheme = self.scheme.with_user(user)
        self.assertTrue(scheme.action_preview()["res_id"])
        with self.assertRaises(AccessError):
            scheme.action_preview({"bins": 4})

    def test_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(AccessError):
            self.preview({"company_id": other.id})

    def test_apply_saves_first(self):
        action = self.scheme.action_preview({"bins": 4})
        done = self.env["rfm.preview"].browse(action["res_id"]).action_apply()
        self.assertEqual(done["infos"], {"apply": True})
        self.assertEqual(self.scheme.bins, 5)


@tagged("post_install", "-at_install")
class TestPreviewOfLargeShop(TestPreview):
    """The same with the facts of the last run, as where orders are too many."""

    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(known_facts, "FRESH_ORDERS", -2))
        self.env.flush_all()
        old = self.env.cr.now() - timedelta(days=1)
        for table in SOURCES:
            name = SQL.identifier(table)
            self.env.cr.execute(SQL("UPDATE %s SET write_date = %s", name, old))
        self.env.invalidate_all()

    def preview(self, changes):
        self.scheme.last_run_id.started_at = self.env.cr.now() - timedelta(hours=1)
        # A new company is a new contact: then all is counted anew.
        if "company_id" not in (changes or {}):
            self.assertTrue(Preview(self.scheme).known)
        return super().preview(changes)

    def test_what_was_saved_since_the_run(self):
        """The thresholds of the run are no others' for being the active scheme's."""
        for changes in ({"bins": 4}, {"bins": 7}, {"method": "frozen"}):
            with self.subTest(changes):
                self.scheme.write(changes)
                previewed = self.preview(None)
                self.assertEqual(self.moves(), previewed)
