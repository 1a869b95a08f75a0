# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may look at an import, and who may act."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests.common import new_test_user, tagged

from .common import ImportCase


@tagged("post_install", "-at_install")
class TestImportRights(ImportCase):
    def test_users_look_and_managers_act(self):
        user = new_test_user(
            self.env, "history-user", "mindbox_connector.group_mindbox_user"
        )
        run = self.start()
        self.assertEqual(run.with_user(user).state, "running")
        for method in ("action_start", "action_pause", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(run.with_user(user), method)()
        manager = new_test_user(
            self.env, "history-manager", "mindbox_connector.group_mindbox_manager"
        )
        run.with_user(manager).action_pause()
        self.assertEqual(run.state, "paused")

    def test_only_managers_read_what_is_in_a_file(self):
        self.make_customers("Anna Secret")
        user = new_test_user(
            self.env, "history-reader", "mindbox_connector.group_mindbox_user"
        )
        run = self.start(way="files")
        self.work(run)
        self.assertEqual(run.with_user(user).done, 1)
        with self.assertRaises(AccessError):
            run.chunk_ids.content_id.with_user(user).read(["raw"])
        with self.assertRaises(AccessError):
            run.chunk_ids.with_user(user).read(["file"])

    def test_imports_of_other_companies_are_not_seen(self):
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "history-stranger",
            "mindbox_connector.group_mindbox_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        run = self.start()
        self.work(run)
        found = self.env["mindbox.import"].with_user(stranger).search([])
        self.assertNotIn(run, found)
