# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What became of an accepted call, as far as its answer tells."""

from odoo.tests import tagged

from ..common import Reply
from .common import REJECTED, DeliveryCase

REMARKS = {
    "status": "Success",
    "validationMessages": [
        {"message": "anna@example.com is no e-mail", "location": "/customer/email"}
    ],
}


@tagged("post_install", "-at_install")
class TestOutcome(DeliveryCase):
    def outcome(self):
        [row] = self.rows("outcome", "sent_at", "processed_at", "reason", "error")
        return row

    def test_of_an_asynchronous_call_only_the_acceptance_is_known(self):
        self.facts("a")
        self.deliver()
        row = self.outcome()
        self.assertEqual((row["outcome"], row["processed_at"]), ("unknown", False))
        self.assertEqual(row["reason"], "Mindbox has accepted it.")

    def test_a_synchronous_call_is_processed_when_it_is_answered(self):
        self.facts("a", mode="sync")
        self.deliver()
        row = self.outcome()
        self.assertEqual(row["outcome"], "processed")
        self.assertEqual(row["processed_at"], row["sent_at"])
        self.assertEqual(row["reason"], "Mindbox has processed it.")

    def test_remarks_of_an_answer_are_kept_without_personal_data(self):
        self.mindbox.answer = Reply(body=REMARKS)
        self.facts("a", mode="sync")
        self.deliver()
        row = self.outcome()
        self.assertEqual(row["outcome"], "with_remarks")
        self.assertIn("/customer/email", row["error"])
        self.assertNotIn("anna@", row["error"])

    def test_what_was_not_accepted_has_no_outcome(self):
        self.mindbox.answer = REJECTED
        self.facts("a")
        self.deliver()
        self.assertFalse(self.outcome()["outcome"])

    def test_what_is_sent_again_has_no_outcome_until_then(self):
        self.facts("a", mode="sync")
        self.deliver()
        with self.transaction() as env:
            requests = env["mindbox.request"]
            requests._resend(requests.search([("endpoint_id.name", "=", "Local")]).ids)
        row = self.outcome()
        self.assertEqual((row["outcome"], row["processed_at"]), (False, False))
