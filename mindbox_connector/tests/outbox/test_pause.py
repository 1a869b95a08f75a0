# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Pausing, starting, and what is done to a row while its call is on the way."""

import time
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ...models.outbox import mindbox_kick
from ..common import Reply
from .common import DOWN, REJECTED, DeliveryCase


@tagged("post_install", "-at_install")
class TestPauseAndStart(DeliveryCase):
    def test_a_wrong_key_pauses_with_one_activity_and_loses_nothing(self):
        self.mindbox.answer = Reply(401, {"status": "ProtocolError"})
        self.facts(*[f"c{n}" for n in range(20)])
        self.deliver()
        endpoint = self.endpoint("state", "pause_reason", "activity_ids")
        self.assertEqual(endpoint["state"], "paused")
        self.assertIn("401", endpoint["pause_reason"])
        self.assertEqual(len(endpoint["activity_ids"]), 1)
        self.assertEqual(set(self.states()), {"pending"})
        self.assertEqual(self.deliver(), "The integration point is not running.")
        self.mindbox.answer = Reply()
        with self.transaction() as env:
            env["mindbox.endpoint"].browse(self.endpoint_id).action_start()
        self.assertFalse(self.endpoint("activity_ids")["activity_ids"])
        self.deliver()
        self.assertEqual(set(self.states()), {"sent"})

    def test_a_key_that_was_replaced_meanwhile_is_no_reason_to_pause(self):
        def answer(call):
            if "new-key" in call["headers"]["Authorization"]:
                return Reply()
            self.set_endpoint(secret_key="new-key")
            return Reply(401, {"status": "ProtocolError"})

        self.mindbox.answer = answer
        self.set_endpoint(concurrency=1)
        self.facts("a", "b", "c")
        self.deliver()
        self.assertEqual(self.endpoint("state")["state"], "running")
        self.make_due()
        self.deliver()
        self.assertEqual(self.states(), ["sent"] * 3)

    def test_start_does_not_wait_for_what_was_held(self):
        later = fields.Datetime.now() + timedelta(seconds=200)
        self.set_endpoint(held_until=later, hold_reason_code="timeout", failures=9)
        self.facts("a", attempts=9, next_attempt_at=later)
        with self.transaction() as env:
            env["mindbox.endpoint"].browse(self.endpoint_id)._kick()
        self.assertTrue(self.jobs()[0]["eta"])
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            endpoint.action_pause()
            endpoint.action_start()
        (job,) = self.jobs()
        wait = (job["eta"] - fields.Datetime.now()).total_seconds()
        self.assertLessEqual(wait, mindbox_kick.GATHER_SECONDS)
        self.assertEqual(self.deliver(), "1 requests worked off.")

    def test_pausing_stops_a_job_at_work(self):
        self.set_endpoint(concurrency=1)

        def answer(call):
            if len(self.mindbox.calls) == 3:
                with self.transaction() as env:
                    env["mindbox.endpoint"].browse(self.endpoint_id).action_pause()
            time.sleep(0.02)
            return Reply()

        self.mindbox.answer = answer
        self.facts(*[f"c{n}" for n in range(100)])
        self.deliver()
        self.assertLess(len(self.mindbox.calls), 20)
        self.assertEqual(self.endpoint("state")["state"], "paused")
        states = self.states()
        self.assertEqual(states.count("sent"), len(self.mindbox.calls))
        self.assertEqual(states.count("pending"), 100 - len(self.mindbox.calls))

    def test_an_endpoint_deleted_meanwhile_ends_its_job_in_peace(self):
        def answer(call):
            with self.transaction() as env:
                endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
                endpoint.action_pause()
                domain = [("endpoint_id", "=", endpoint.id)]
                env["mindbox.request"].search(domain).action_cancel()
                env.flush_all()
                endpoint.unlink()
            return Reply()

        self.mindbox.answer = answer
        self.facts("a")
        self.assertIsInstance(self.deliver(), str)
        self.assertIsInstance(self.deliver(), str)

    def test_a_cancelled_row_is_not_revived_by_a_failure(self):
        def answer(call):
            with self.transaction() as env:
                env["mindbox.request"].search(
                    [("endpoint_id", "=", self.endpoint_id)]
                ).action_cancel()
            return DOWN

        self.mindbox.answer = answer
        self.facts("a")
        self.deliver()
        self.assertEqual(self.states(), ["cancelled"])

    def test_a_customer_deleted_while_a_call_is_on_its_way_is_no_crash(self):
        partner = self.make_partner()

        def answer(call):
            with self.transaction() as env:
                env["res.partner"].browse(partner).unlink()
            return REJECTED

        self.mindbox.answer = answer
        with self.transaction() as env:
            rows = env["mindbox.request"].search([("partner_id", "=", partner)])
            rows.write({"event": "customer_register", "payload": "{}"})
            events = env["mindbox.catalogue"]._get_events()
            self.assertTrue(events["customer_register"].instead)
        self.assertIsInstance(self.deliver(), str)
