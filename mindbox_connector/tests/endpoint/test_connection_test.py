# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The connection test says what a green answer proves, and what it does not."""

from odoo.tests.common import TransactionCase, tagged

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
