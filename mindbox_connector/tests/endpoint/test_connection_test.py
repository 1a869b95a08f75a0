# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The connection test says what a green answer proves, and what it does not."""

from odoo.tests.common import TransactionCase, tagged

from ...models.outbox.mindbox_late import Told
from ..common import KEY, LocalMindbox, Reply


@tagged("post_install", "-at_install")
class TestConnectionTest(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mindbox = LocalMindbox()
        cls.addClassCleanup(cls.mindbox.close)
        cls.endpoint = cls.env["mindbox.endpoint"].create(
            {
                "name": "Tested",
                "url": cls.mindbox.url,
                "endpoint_code": "tested.Website",
                "secret_key": KEY,
            }
        )

    def setUp(self):
        super().setUp()
        self.mindbox.answer = Reply()

    def run_test(self):
        action = self.endpoint.action_test_connection()
        return self.env["mindbox.connection.test"].browse(action["res_id"])

    def test_what_is_only_taken_proves_address_and_key_only(self):
        test = self.run_test()
        self.assertTrue(test.passed)
        modes = test.line_ids.grouped("mode")
        for mode in ("async", "bulk"):
            for line in modes[mode]:
                self.assertIn("not what", line.message)
        self.assertNotIn("not what", modes["sync"][0].message)
        taken = len(modes["async"] | modes["bulk"])
        self.assertIn(f"The other {taken} only take calls", test.verdict)

    def test_an_operation_that_asks_for_data_is_proven(self):
        error = {"status": "ProtocolError", "errorMessage": "customer is missing"}
        self.mindbox.answer = Reply(400, error)
        self.assertIn("The other 0 only", self.run_test().verdict)

    # === FOLLOWED THROUGH THE OPERATION LOG === #

    def run_followed_test(self):
        self.endpoint.write({"log_export_operation": "Website.ExportOperationLogs"})
        self.endpoint.state = "running"
        return self.run_test()

    def tell(self, line, outcome, messages=""):
        self.endpoint._record_outcomes([Told(line.transaction_id, outcome, messages)])

    def test_a_test_asks_the_operation_log_what_became_of_its_calls(self):
        test = self.run_followed_test()
        waiting = test.line_ids.filtered("is_waiting")
        self.assertEqual(set(waiting.mapped("mode")), {"async"})
        self.assertTrue(self.endpoint.export_ids)
        since = self.endpoint.export_ids.since
        self.assertLessEqual(since, min(waiting.mapped("create_date")))

    def test_without_an_export_no_line_waits_for_one(self):
        self.assertFalse(any(self.run_test().line_ids.mapped("is_waiting")))

    def test_a_call_that_was_executed_proves_its_operation(self):
        test = self.run_followed_test()
        line = test.line_ids.filtered("is_waiting")[0]
        self.assertIn("operation log", line.message)
        self.tell(line, "processed")
        self.assertEqual(line.message, "Mindbox has executed the call.")
        self.assertFalse(line.is_waiting)

    def test_a_call_that_failed_late_for_want_of_data_is_known(self):
        test = self.run_followed_test()
        line = test.line_ids.filtered("is_waiting")[0]
        self.tell(line, "failed", "customer is missing")
        self.assertEqual(line.outcome, "known")
        self.assertIn("customer is missing", line.message)

    def test_an_operation_that_failed_late_as_unknown_is_none(self):
        test = self.run_followed_test()
        line = test.line_ids.filtered("is_waiting")[0]
        self.tell(line, "failed", "The operation Website.X does not exist")
        self.assertEqual(line.outcome, "unknown")
        self.assertFalse(test.passed)
