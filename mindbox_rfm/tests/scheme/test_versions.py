# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Schemes remember what they were: who changed what and when; and go back."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...models.scheme import rfm_scheme_version
from ..common import RfmCase


@tagged("post_install", "-at_install")
class TestVersions(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls.make_custom(
            [("big", "amount >= 100"), ("some", "orders >= 1"), ("rest", "")], False
        )
        cls.env.cr.precommit.run()

    def keep(self):
        """Do what a commit does; the next change is of a later moment."""
        self.env.cr.flush()
        self.env.invalidate_all(flush=False)
        self.env.cr.execute(
            "UPDATE rfm_scheme_version SET made_at = made_at - interval '1 hour'"
        )

    def setUp(self):
        super().setUp()
        self.keep()

    def rule(self, code):
        return self.scheme.rule_ids.filtered(lambda r: r.segment_id.code == code)

    def change(self):
        """Change a bit of everything, and keep it."""
        self.scheme.write({"bins": 4, "method": "frozen", "include_delivery": False})
        self.rule("big").condition_ids.value = 250
        self.rule("some").write({"cells": "444", "condition_ids": [Command.clear()]})
        self.scheme.segment_ids[0].write({"name": "Large", "color": "#123456"})
        new = self.env["rfm.segment"].create(
            {"scheme_id": self.scheme.id, "name": "New", "code": "new"}
        )
        values = {"segment_id": new.id, "no_orders": True, "sequence": -1}
        self.scheme.rule_ids = [Command.create(values)]
        self.scheme.told_field_ids = [
            Command.create({"value": "orders", "name": "rfmOrders"})
        ]
        self.keep()

    def test_each_change_is_kept_with_who_and_what(self):
        [first] = self.scheme.version_ids
        self.assertEqual((first.number, first.user_id), (1, self.env.user))
        self.change()
        self.keep()
        latest, first = self.scheme.version_ids
        self.assertEqual((latest.number, latest.difference), (2, ""))
        for line in (
            "Score Scale: 5 → 4",
            "Scores: Equal shares, anew in each run → Equal shares, kept for some",
            "Delivery Counts: yes → no",
            "Large: in total ≥ 100 → in total ≥ 250",
            "some, cells: +444",
            "Large, Name: big → Large",
            "New segment: New",
            "New, new rule: no orders",
            "Fields told to Mindbox: – → rfmOrders",
        ):
            self.assertIn(line, latest.changes)
        self.assertIn("Score Scale: 4 → 5", first.difference)

    def test_going_back_gives_all_back(self):
        content = self.scheme._get_content()
        self.change()
        changed = self.scheme._get_content()
        first = self.scheme.version_ids[-1]
        first.action_go_back()
        self.keep()
        back = self.scheme._get_content()
        self.assertEqual(back["settings"], content["settings"])
        self.assertEqual(back["rules"], content["rules"])
        self.assertEqual(back["told"], content["told"])
        self.assertEqual(back["segments"][:3], content["segments"])
        self.assertEqual(self.scheme.version_ids[0].number, 3)
        self.scheme.version_ids[1].action_go_back()
        self.assertEqual(self.scheme._get_content()["rules"], changed["rules"])

    def test_a_segment_that_was_deleted_comes_back(self):
        segment = self.scheme.segment_ids.filtered(lambda s: s.code == "some")
        self.rule("some").unlink()
        segment.unlink()
        self.keep()
        self.assertIn("No segment any more: some", self.scheme.version_ids[0].changes)
        self.scheme.version_ids[-1].action_go_back()
        self.assertEqual(self.rule("some").segment_id.name, "some")

    def test_order_alone(self):
        self.rule("big").sequence, self.rule("some").sequence = 1, 0
        self.keep()
        self.assertEqual(self.scheme.version_ids[0].changes, "The order of the rules")

    def test_nothing_changed_is_no_version(self):
        self.scheme.write({"bins": 5, "name": "Other name"})
        self.run_scheme(self.scheme)
        self.keep()
        self.assertEqual(len(self.scheme.version_ids), 1)

    def test_thresholds_that_a_run_has_measured_are_no_version(self):
        self.scheme.method = "frozen"
        self.keep()
        self.run_scheme(self.scheme)
        self.assertTrue(self.scheme.frozen_on)
        self.keep()
        self.assertEqual(len(self.scheme.version_ids), 2)

    def test_so_many_are_kept(self):
        with patch.object(rfm_scheme_version, "KEPT", 3):
            for days in range(1, 6):
                self.scheme.min_stay_days = days
                self.keep()
        self.assertEqual(self.scheme.version_ids.mapped("number"), [6, 5, 4])
        self.assertIn("first version", self.scheme.version_ids[-1].changes)

    def test_presets_and_copies_have_one(self):
        preset = self.make_scheme("cells", active=False)
        copy = self.scheme.copy()
        self.keep()
        self.assertEqual(preset.version_ids.mapped("number"), [1])
        self.assertEqual(copy.version_ids.mapped("number"), [1])

    def test_who_may_go_back(self):
        self.change()
        first = self.scheme.version_ids[-1]
        users = {
            name: new_test_user(
                self.env,
                f"rfm_{name}",
                f"mindbox_connector.group_mindbox_{name}",
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            for name in ("user", "manager")
        }
        self.assertTrue(first.with_user(users["user"]).changes)
        with self.assertRaises(AccessError):
            first.with_user(users["user"]).action_go_back()
        first.with_user(users["manager"]).action_go_back()
        self.assertEqual(self.scheme.bins, 5)
        self.keep()
        self.assertEqual(self.scheme.version_ids[0].user_id, users["manager"])
        self.env.cr.execute(
            "UPDATE rfm_scheme SET company_id = %s WHERE id = %s",
            [self.env["res.company"].create({"name": "Other"}).id, self.scheme.id],
        )
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            first.with_user(users["manager"]).read(["number"])
