# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What cannot be imported is told before it starts."""

from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests.common import tagged
from odoo.tools import mute_logger

from .common import ImportCase


@tagged("post_install", "-at_install")
class TestImportInput(ImportCase):
    def test_an_end_before_the_start_is_told(self):
        with self.assertRaisesRegex(ValidationError, "before it starts"):
            self.make_import(date_from=self.today, date_to=self.today - timedelta(1))

    def test_a_second_import_of_the_same_kind_is_told(self):
        self.start()
        with self.assertRaisesRegex(UserError, "running already"):
            self.start()

    def test_the_database_has_one_import_of_a_kind_whoever_starts_it(self):
        self.start()
        second = self.make_import()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            second.state = "running"
            second.flush_recordset()

    def test_a_paused_integration_point_is_told(self):
        self.endpoint.action_pause()
        with self.assertRaisesRegex(UserError, "is paused"):
            self.start()

    def test_the_wizard_shows_what_would_go_and_sends_nothing(self):
        self.make_customers("Anna")
        self.env["res.partner"].create({"name": "Nobody"})
        wizard = self.env["mindbox.import.wizard"].create(
            {"endpoint_id": self.endpoint.id, "date_from": self.today - timedelta(1)}
        )
        self.assertEqual((wizard.total, wizard.fits), (2, 1))
        self.assertEqual(list(wizard.reasons.values()), [1])
        self.assertIn("Anna", wizard.preview_html)
        self.assertFalse(self.env["mindbox.import"].search_count([]))
        action = wizard.action_start()
        run = self.env["mindbox.import"].browse(action["res_id"])
        self.assertEqual((run.state, run.total), ("running", 2))

    def test_the_wizard_tells_in_the_language_of_who_looks(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.env["res.partner"].create({"name": "Nobody"})
        wizard = self.env["mindbox.import.wizard"].with_context(lang="ru_RU")
        wizard = wizard.create(
            {"endpoint_id": self.endpoint.id, "date_from": self.today - timedelta(1)}
        )
        [reason] = wizard.reasons
        self.assertIn("Нет контакта", reason)
        run = self.env["mindbox.import"].browse(wizard.action_start()["res_id"])
        self.work(run)
        line = run.line_ids.with_context(lang="ru_RU")
        self.assertEqual(line.reason, reason)

    def test_the_wizard_tells_what_keeps_the_import_from_starting(self):
        self.start()
        wizard = self.env["mindbox.import.wizard"].create(
            {"endpoint_id": self.endpoint.id}
        )
        self.assertIn("running already", wizard.problems)
        with self.assertRaises(UserError):
            wizard.action_start()
