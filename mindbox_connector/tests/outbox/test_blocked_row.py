# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A row that always fails waits longer each time, and holds up no other customer."""

from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ...client import Call
from ...exceptions import MindboxUnavailable
from ...models.outbox.lanes import Outcome, Parcel
from ...models.outbox.mindbox_hold import ROW_RETRY_MAX
from .common import DOWN, DeliveryCase


@tagged("post_install", "-at_install")
class TestBlockedRow(DeliveryCase):
    def test_one_row_that_always_fails_does_not_hold_up_others(self):
        self.fail_for("poison")
        self.facts("poison", *[f"c{n}" for n in range(30)], "poison")
        self.deliver()
        states = self.states()
        self.assertEqual(states.count("sent"), 30)
        self.assertEqual((states[0], states[-1]), ("pending", "pending"))
        self.assertFalse(self.endpoint("held_until")["held_until"])

    def test_a_blocked_customer_does_not_make_a_job_after_the_other(self):
        """What waits behind a retry is due, but nothing can be done before."""
        self.set_endpoint(concurrency=1)
        self.fail_for("poison")
        self.facts("poison", "good", "poison")
        self.deliver()
        (job,) = self.jobs()
        self.assertTrue(job["eta"], "would start at once, find nothing, and again")

    def test_what_was_tried_and_waits_behind_a_retry_queues_no_job_each_second(self):
        """Both have failed; the first one waits longer, and the other is due."""
        later = fields.Datetime.add(fields.Datetime.now(), seconds=100)
        self.facts("poison", attempts=7, next_attempt_at=later)
        self.facts("poison", attempts=2)
        self.deliver()
        self.assertFalse(self.mindbox.calls)
        (job,) = self.jobs("eta")
        self.assertLess(abs((job["eta"] - later).total_seconds()), 5)

    def test_a_row_that_failed_waits_longer_each_time(self):
        waits, now = [], fields.Datetime.now()
        for attempts in (0, 3, 5, 20):
            parcel = Parcel(1, "a", attempts, Call("async", "Op", "guid", "{}"))
            outcome = Outcome(parcel, error=MindboxUnavailable("timeout"))
            with self.transaction() as env:
                endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
                with patch.object(fields.Datetime, "now", return_value=now):
                    result = endpoint._get_result(outcome, failing=False)
            waits.append((result["next_attempt_at"] - now).total_seconds())
        self.assertEqual(waits, [1, 8, 32, ROW_RETRY_MAX])

    def test_a_lone_row_that_always_fails_holds_up_nobody(self):
        """The shop is quiet; then another customer comes."""
        self.mindbox.answer = DOWN
        self.facts("poison", attempts=7)
        self.assertIsInstance(self.deliver(), str)
        self.assertFalse(self.endpoint("held_until")["held_until"])
        (job,) = self.jobs()
        self.assertTrue(job["eta"])
