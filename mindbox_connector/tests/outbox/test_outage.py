# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""While Mindbox is away nothing is lost, and little is tried."""

import random
import threading
from datetime import timedelta
from itertools import chain, repeat
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.queue_job.exception import RetryableJobError

from ...exceptions import MindboxUnavailable
from ...models.outbox import mindbox_delivery, mindbox_hold
from ...reasons import NO_REASON, Reason
from ..common import Reply
from ..endless import Endless
from .common import DOWN, DeliveryCase


@tagged("post_install", "-at_install")
class TestOutage(DeliveryCase):
    def test_a_failure_keeps_the_row_and_gives_the_job_back(self):
        self.mindbox.answer = DOWN
        self.facts("a")
        with patch.object(mindbox_hold, "HOLD_MIN", 5):
            job = self.deliver()
        self.assertIsInstance(job, RetryableJobError)
        self.assertTrue(job.ignore_retry)
        self.assertEqual(self.states(), ["pending"])
        row = self.rows("attempts", "http_status", "error")[0]
        self.assertEqual((row["attempts"], row["http_status"]), (1, 503))
        endpoint = self.endpoint("failures", "held_until", "hold_reason")
        self.assertEqual(endpoint["failures"], 1)
        self.assertIn("503", endpoint["hold_reason"])

    def test_a_hold_that_ends_with_the_job_leaves_no_row_without_a_job(self):
        """Seen held once, and no longer a moment later: somebody has to go on."""
        self.mindbox.answer = DOWN
        self.facts("a")
        rests = chain([(0, NO_REASON), (1, Reason("timeout"))], repeat((0, NO_REASON)))
        endpoint = self.registry["mindbox.endpoint"]
        with patch.object(endpoint, "_get_rest", side_effect=rests):
            self.assertIsInstance(self.deliver(), RetryableJobError)

    def test_rows_that_never_left_are_charged_no_attempt(self):
        self.mindbox.answer = DOWN
        self.facts(*[f"c{n}" for n in range(50)])
        self.deliver()
        attempts = [row["attempts"] for row in self.rows("attempts")]
        self.assertEqual(sum(attempts), len(self.mindbox.calls))
        self.assertLess(sum(attempts), 10)

    def test_while_held_nothing_leaves(self):
        self.mindbox.answer = DOWN
        self.facts("a", "b")
        self.deliver()
        # Since when and by what is left out: what nobody has tried shortens the hold.
        until = fields.Datetime.now() + timedelta(seconds=60)
        self.set_endpoint(held_until=until, held_at=False, held_operation=False)
        calls = len(self.mindbox.calls)
        job = self.deliver()
        self.assertGreater(job.seconds, 50)
        self.assertEqual(len(self.mindbox.calls), calls)

    def test_after_an_outage_one_probe_goes_first(self):
        self.facts(*[f"c{n}" for n in range(20)])
        self.set_endpoint(failures=4, failing_since=fields.Datetime.now())
        self.mindbox.answer = DOWN
        self.deliver()
        self.assertEqual(len(self.mindbox.calls), 1)

    def test_after_an_outage_all_arrive_once_and_in_order(self):
        self.mindbox.answer = DOWN
        self.facts(*"abcab" * 4)
        self.deliver()
        tried = len(self.mindbox.calls)
        self.mindbox.answer = Reply()
        self.make_due()
        self.deliver()
        sent = self.sent()[tried:]
        self.assertEqual(len(set(sent)), 20)
        for customer in "abc":
            numbers = [n for c, n in sent if c == customer]
            self.assertEqual(numbers, sorted(numbers))
        self.assertEqual(set(self.states()), {"sent"})
        endpoint = self.endpoint("failures", "held_until", "failing_since")
        self.assertFalse(any(v for k, v in endpoint.items() if k != "id"))

    def test_a_retry_says_exactly_what_was_said_before(self):
        self.mindbox.answer = DOWN
        self.make_partner()
        self.deliver()
        self.make_due()
        self.mindbox.answer = Reply()
        self.deliver()
        first, second = self.mindbox.calls
        self.assertEqual(first["body"], second["body"])
        self.assertEqual(first["query"], second["query"])

    def test_holds_grow_with_a_limit_and_are_short_in_the_first_hour(self):
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            error = MindboxUnavailable("timeout")
            holds = []
            for _number in range(8):
                endpoint._hold(error)
                holds.append(endpoint._get_rest()[0])
        self.assertLessEqual(max(holds), 8)
        self.assertGreater(max(holds), min(holds))

    def test_holds_are_long_after_an_hour_of_failing_for_several_customers(self):
        for customers, low, high in ((1, 0, 8), (2, 170, 301)):
            self.facts(*[f"p{n}" for n in range(customers)], attempts=9)
            with self.transaction() as env:
                endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
                endpoint.failures = 20
                endpoint.failing_since = fields.Datetime.now() - timedelta(hours=2)
                for jitter in (1, 1.25):
                    with patch.object(random, "uniform", return_value=jitter):
                        endpoint._hold(MindboxUnavailable("timeout"))
                    self.assertTrue(low <= endpoint._get_rest()[0] <= high, jitter)

    def test_a_call_that_hangs_does_not_delay_the_next_probe(self):
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            endpoint.failures = 20
            endpoint._hold(MindboxUnavailable("timeout"), spent=5)
            self.assertTrue(0 < endpoint._get_rest()[0] <= 3)

    def test_while_a_patient_probe_hangs_another_one_finds_mindbox_back(self):
        self.third = threading.Event()
        self.mindbox.answer = self.hang_until_third
        self.set_endpoint(failures=4, timeout=60)
        self.facts("a", "b", "c")
        with patch.object(mindbox_delivery, "PROBE_INTERVAL", 0.5):
            self.deliver()
        self.assertEqual(self.states(), ["sent"] * 3)
        self.assertEqual([c for c, _n in self.sent()], ["a", "b", "c"])

    def hang_until_third(self, call):
        """The first call hangs until there is a third one: without it, in vain."""
        place = len(self.mindbox.calls)
        if place == 3:
            self.third.set()
        if place == 1 and not self.third.wait(50):
            return DOWN
        return Reply()

    def test_throttling_is_obeyed(self):
        self.mindbox.answer = Reply(429, {}, {"Retry-After": "200"})
        self.facts("a", "b")
        job = self.deliver()
        self.assertTrue(190 <= job.seconds <= 201)
        self.assertEqual(self.states(), ["pending", "pending"])

    def test_a_black_hole_does_not_slow_another_integration_point(self):
        self.facts("a")
        with self.transaction() as env:
            healthy = self.make_endpoint(
                env,
                url="http://localhost:1",
                website_id=env["website"].search([])[0].id,
            ).id
        hole = Endless(self)
        self.mindbox.answer = Reply(trick=hole)
        self.set_endpoint(timeout=60)
        slow = threading.Thread(target=self.deliver)
        slow.start()
        self.assertTrue(hole.begun.wait(60))
        self.deliver(healthy)
        self.assertTrue(slow.is_alive(), "the hole has let go: proves nothing")
        hole.over.set()
        slow.join()
