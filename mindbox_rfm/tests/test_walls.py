# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What one company has of segments, no manager of another one sees or moves."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestWalls(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ours, cls.theirs = cls.env["res.company"].create(
            [{"name": "Ours"}, {"name": "Theirs"}]
        )
        cls.manager = new_test_user(
            cls.env,
            "rfm_walls",
            "mindbox_connector.group_mindbox_manager",
            company_id=cls.ours.id,
            company_ids=[Command.set(cls.ours.ids)],
        )
        cls.other = cls.env["rfm.scheme"].create(
            {"name": "Theirs in secret", "company_id": cls.theirs.id}
        )

    def mine(self, record):
        return record.with_user(self.manager).with_company(self.ours)

    def test_a_scheme_gets_active_by_its_button_only(self):
        """The log, the freezing and the preview are written by the server, too."""
        preset = self.mine(self.env["rfm.preset"]).create({"preset": "cells"})
        scheme = self.mine(self.env["rfm.scheme"]).browse(
            preset.action_create()["res_id"]
        )
        with self.assertRaises(AccessError):
            scheme.write({"state": "active"})
        with self.assertRaises(AccessError):
            scheme.write({"frozen_on": "2026-01-01"})
        scheme.action_activate()
        self.assertEqual(scheme.state, "active")
        scheme.action_refreeze()
        preview = self.env["rfm.preview"].browse(scheme.action_preview()["res_id"])
        preview = self.mine(preview)
        self.assertTrue(preview.size_ids)
        with self.assertRaises(AccessError):
            preview.write({"headline": "All is well"})
        preview.action_apply()
        scheme.action_deactivate()
        self.assertEqual(scheme.state, "draft")

    def test_a_form_tells_nothing_of_another_companys_scheme(self):
        scheme = self.mine(self.other)
        spec = {"name": {}, "min_stay_days": {}, "matrix": {}, "segment_ids": {}}
        with self.assertRaises(AccessError):
            scheme.onchange({"bins": 5}, ["bins"], spec)
        with self.assertRaises(AccessError):
            scheme.onchange({}, [], spec)
