# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A body that cannot be built or sent ends its own row, and no other."""

from unittest.mock import patch

from odoo.tests import tagged

from ...models.capture import mindbox_build
from ..common import Reply
from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestBody(DeliveryCase):
    def test_a_body_that_cannot_be_built_ends_its_row_only(self):
        bad = self.make_partner()
        self.make_partner()

        def fail(partner, endpoint):
            if partner.id == bad:
                raise KeyError("anna@example.com")
            return {"customer": {"ids": {"websiteID": str(partner.id)}}}

        with (
            patch.object(
                self.registry["res.partner"], "_mindbox_customer_register_body", fail
            ),
            self.assertLogs(mindbox_build.__name__, "ERROR") as log,
        ):
            self.deliver()
        self.assertEqual(sorted(self.states()), ["rejected", "sent"])
        errors = [row["error"] for row in self.rows("error")]
        self.assertNotIn("anna@example.com", f"{log.output} {errors}")

    def test_a_body_that_breaks_the_transaction_ends_its_row_only(self):
        bad = self.make_partner()
        self.make_partner()

        def fail(partner, endpoint):
            if partner.id == bad:
                partner.env.cr.execute("SELECT 1/0", log_exceptions=False)
            return {"customer": {"ids": {"websiteID": str(partner.id)}}}

        with patch.object(
            self.registry["res.partner"], "_mindbox_customer_register_body", fail
        ):
            self.deliver()
        self.assertEqual(sorted(self.states()), ["rejected", "sent"])

    def test_a_body_leaves_whatever_characters_are_in_it(self):
        self.make_partner()

        def body(partner, endpoint):
            return {"customer": {"firstName": "a\0b\ud83d"}}

        with patch.object(
            self.registry["res.partner"], "_mindbox_customer_register_body", body
        ):
            self.deliver()
        self.assertEqual(self.states(), ["sent"])
        self.assertEqual(self.mindbox.bodies()[0]["customer"]["firstName"], "a\0b?")

    def test_an_answer_is_stored_whatever_characters_are_in_it(self):
        told = b'{"status": "ProtocolError", "errorMessage": "a\\u0000b\\ud83d"}'
        self.mindbox.answer = Reply(400, told)
        self.facts("a")
        self.deliver()
        row = self.rows("state", "error")[0]
        self.assertEqual((row["state"], row["error"]), ("rejected", "ab?"))

    def test_rows_of_a_model_that_is_gone_are_skipped(self):
        self.insert(
            {
                "res_model": "gone.model",
                "res_id": 1,
                "payload": None,
                "merge_key": "x/gone.model/1",
                "event": "customer_edit",
            }
        )
        self.facts("b")
        self.deliver()
        self.assertEqual(self.states(), ["skipped", "sent"])

    def test_rows_of_a_record_that_is_gone_are_skipped(self):
        partner = self.make_partner()
        with self.transaction() as env:
            env.cr.execute("UPDATE mindbox_request SET partner_id = NULL")
            env["res.partner"].browse(partner).unlink()
        self.facts("b")
        self.deliver()
        self.assertIn("sent", self.states())
        self.assertNotIn("pending", self.states())

    def test_rows_of_an_operation_that_is_off_or_gone_are_skipped(self):
        self.facts("a", "b", "c")
        with self.transaction() as env:
            rows = env["mindbox.request"].search([], order="id desc", limit=3)
            rows.operation_id.active = False
            rows[0].operation_id = False
            rows.event = "customer_edit"
        self.deliver()
        self.assertEqual(self.states(), ["skipped"] * 3)
        self.assertFalse(self.mindbox.calls)
        self.assertFalse(self.jobs())
