# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The delivery job against a real HTTP server, in real transactions."""

import json
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ...models.outbox import mindbox_delivery
from ...models.outbox.shares import FIRST
from .common import REJECTED, DeliveryCase


@tagged("post_install", "-at_install")
class TestDelivery(DeliveryCase):
    def setUp(self):
        super().setUp()
        # That this machine is busy for a moment is no outage.
        self.set_endpoint(timeout=30)

    def test_what_waits_is_sent_and_recorded(self):
        self.facts("a", "b", "a")
        self.assertEqual(self.deliver(), "3 requests worked off.")
        self.assertEqual(self.states(), ["sent"] * 3)
        row = self.rows("attempts", "sent_at", "http_status", "response", "error")[0]
        self.assertEqual((row["attempts"], row["http_status"]), (1, 200))
        self.assertTrue(row["sent_at"] and not row["error"])
        self.assertEqual(json.loads(row["response"]), {"status": "Success"})

    def test_one_customers_calls_leave_in_order_whatever_the_priorities(self):
        self.facts(*"abab" * 10)
        self.deliver()
        for customer in "ab":
            numbers = [n for c, n in self.sent() if c == customer]
            self.assertEqual(numbers, sorted(numbers))

    def test_lower_priority_leaves_first(self):
        self.set_endpoint(concurrency=1)
        self.facts("a", priority=10)
        self.facts("b", priority=0)
        self.deliver()
        self.assertEqual([c for c, _n in self.sent()], ["b", "a"])

    def test_what_happens_now_does_not_wait_behind_a_backlog(self):
        """The customer's own backlog goes first, or his order would be broken."""
        self.set_endpoint(concurrency=1)
        week = fields.Datetime.now() - timedelta(days=7)
        self.facts(*[f"c{n}" for n in range(300)], *"xxx", occurred_at=week)
        self.facts("x", "y")
        with patch.object(mindbox_delivery, "CLAIM_SIZE", 20):
            self.deliver()
        customers = [c for c, _n in self.sent()]
        self.assertLess(customers.index("y"), 30)
        self.assertEqual([n for c, n in self.sent() if c == "x"], [300, 301, 302, 0])
        self.assertEqual(customers[:150].count("x"), 4)
        backlog = [c for c in customers if c[0] == "c"]
        self.assertEqual(backlog, [f"c{n}" for n in range(300)])

    def test_a_customer_with_a_long_story_leaves_room_for_the_others(self):
        self.set_endpoint(concurrency=1)
        now = fields.Datetime.now()
        self.facts(*["old"] * 200, occurred_at=now - timedelta(days=7))
        self.facts("new", occurred_at=now - timedelta(minutes=1))
        self.facts(*["hot"] * 100, occurred_at=now)
        with patch.object(mindbox_delivery, "CLAIM_SIZE", 60):
            self.deliver()
        customers = [c for c, _n in self.sent()]
        self.assertLess(customers.index("new"), 60)
        for customer in ("old", "hot"):
            numbers = [n for c, n in self.sent() if c == customer]
            self.assertEqual(numbers, sorted(numbers))

    def test_the_lock_of_a_delivery_keeps_vacuum_from_nothing(self):
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            with endpoint._alone(FIRST) as locked:
                env.cr.execute(
                    """
                    SELECT activity.backend_xmin, activity.backend_xid
                      FROM pg_locks JOIN pg_stat_activity activity USING (pid)
                     WHERE locktype = 'advisory' AND classid = %s AND objid = %s
                    """,
                    (FIRST.lock, self.endpoint_id),
                )
                self.assertEqual(env.cr.fetchall(), [(None, None)])
        self.assertTrue(locked)

    def test_more_than_a_batch_is_sent_by_one_job(self):
        with patch.object(mindbox_delivery, "CLAIM_SIZE", 20):
            self.facts(*[f"c{n % 7}" for n in range(130)])
            self.deliver()
        self.assertEqual(set(self.states()), {"sent"})
        self.assertEqual(len(self.mindbox.calls), 130)

    def test_a_refused_row_ends_with_its_reason_and_the_next_goes_on(self):
        self.fail_for("bad", REJECTED)
        self.facts("bad", "good", "bad", "good")
        self.deliver()
        self.assertEqual(self.states(), ["rejected", "sent", "rejected", "sent"])
        row = self.rows("error", "http_status")[0]
        self.assertEqual(row["http_status"], 400)
        self.assertIn("No …", row["error"])

    def test_a_row_without_a_customer_key_is_sent_too(self):
        self.facts("a", customer_key=None)
        self.fail_for("x")
        self.deliver()
        self.assertEqual(self.states(), ["sent"])

    def test_the_date_of_a_row_that_was_never_tried_does_not_matter(self):
        """The clocks of two nodes differ, or one was set back."""
        later = fields.Datetime.now() + timedelta(minutes=5)
        self.facts("a", next_attempt_at=later)
        self.deliver()
        self.assertEqual(self.states(), ["sent"])

    def test_an_absurd_date_of_a_retry_comes_from_a_wrong_clock(self):
        for lane, wait in (("a", timedelta(days=5)), ("b", timedelta(minutes=59))):
            later = fields.Datetime.now() + wait
            self.facts(lane, lane, next_attempt_at=later, attempts=3)
            self.set_endpoint(
                held_until=later, hold_reason_code="timeout", paced_until=later
            )
            self.deliver()
        self.assertEqual(set(self.states()), {"sent"})
