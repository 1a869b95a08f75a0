# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a killed delivery may have sent is never changed, though no attempt tells it."""

import json
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.queue_job.exception import RetryableJobError

from ..common import Reply
from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestLeft(DeliveryCase):
    def setUp(self):
        super().setUp()
        self.survivor = self.make_partner(name="Survivor")
        self.merged = self.make_partner(name="Merged")
        self.deliver()
        self.mindbox.calls.clear()

    def put_fact(self, partner_id):
        """Let something wait that somebody has done."""
        body = {"customer": {"ids": {"websiteID": str(partner_id)}}}
        [row_id] = self.insert(
            {
                "partner_id": partner_id,
                "res_id": partner_id,
                "customer_key": f"partner-{partner_id}",
                "payload": json.dumps(body, separators=(",", ":")),
            }
        )
        return row_id

    def kill_while_sending(self):
        self.assertIsInstance(self.die_while_recording(), RetryableJobError)
        self.assertTrue(self.mindbox.calls, "nothing has left: proves nothing")
        self.make_due()

    def merge(self):
        with self.transaction() as env:
            env["mindbox.request"]._follow_survivor([self.merged], self.survivor)

    def keys_and_bodies(self):
        calls = self.mindbox.calls
        return [(c["query"]["transactionId"], c["body"]) for c in calls]

    def left(self):
        return [row["may_have_left"] for row in self.rows("may_have_left")]

    def look(self, row_id, name):
        return next(r[name] for r in self.rows("id", name) if r["id"] == row_id)

    def customers(self):
        return [body["customer"]["ids"]["websiteID"] for body in self.mindbox.bodies()]

    def test_a_fact_that_may_have_left_does_not_follow_a_merged_customer(self):
        self.put_fact(self.merged)
        self.kill_while_sending()
        self.merge()
        self.deliver()
        first, again = self.keys_and_bodies()
        self.assertEqual(first, again, "one key, one body")

    def test_a_fact_on_its_way_keeps_its_body_whoever_merges_meanwhile(self):
        """It is claimed, and not answered yet."""
        row = self.put_fact(self.merged)

        def answer(call):
            self.merge()
            return Reply()

        self.mindbox.answer = answer
        self.deliver()
        self.assertEqual(
            self.look(row, "payload").encode(), self.mindbox.calls[0]["body"]
        )

    def test_a_fact_that_has_not_left_names_the_survivor(self):
        """Also where it was claimed, and then came back untried."""
        self.set_endpoint(concurrency=1)
        self.put_fact(self.survivor)
        self.put_fact(self.merged)
        self.mindbox.answer = Reply(401)
        self.deliver()
        self.assertEqual(self.left(), [True] * (len(self.left()) - 1) + [False])
        self.merge()
        self.mindbox.answer = Reply()
        self.set_endpoint(state="running")
        self.deliver()
        self.assertEqual(self.customers()[-1], str(self.survivor))

    def test_a_fact_that_may_have_left_does_not_follow_who_is_known_as_another(self):
        row = self.put_fact(self.merged)
        self.kill_while_sending()
        persons = {self.merged: self.survivor}
        endpoint = self.registry["mindbox.endpoint"]
        with patch.object(endpoint, "_get_persons", lambda *args: persons):
            self.deliver()
        first, again = self.keys_and_bodies()
        self.assertEqual(first, again, "one key, one body")
        self.assertEqual(self.look(row, "state"), "sent")

    def test_what_was_cancelled_after_a_kill_may_be_known(self):
        """Whoever wants to be forgotten is to be deleted there, too."""
        row = self.put_fact(self.merged)
        self.kill_while_sending()
        with self.transaction() as env:
            env["mindbox.request"].browse(row).sudo()._cancel()
            env.cr.execute(
                "DELETE FROM mindbox_ledger WHERE res_id = %s", [self.merged]
            )
            env["mindbox.request"].search(
                [("partner_id", "=", self.merged), ("id", "!=", row)]
            ).unlink()
            partner = env["res.partner"].browse(self.merged)
            self.assertTrue(partner._get_mindbox_knowers()[partner])

    def test_a_new_key_is_a_new_body(self):
        row = self.put_fact(self.merged)
        self.deliver()
        self.assertTrue(self.look(row, "may_have_left"))
        for state, kept in (("sent", True), ("cancelled", True), ("rejected", False)):
            with self.subTest(state=state), self.transaction() as env:
                request = env["mindbox.request"].browse(row).sudo()
                request.write({"state": state, "may_have_left": True})
                request.was_accepted = False
                key = request.transaction_id
                request._resend(request.ids)
                request.invalidate_recordset()
                self.assertEqual(request.transaction_id == key, kept)
                self.assertEqual(request.may_have_left, kept)
