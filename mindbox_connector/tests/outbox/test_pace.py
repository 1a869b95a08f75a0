# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""No faster than is allowed, and no longer than a job may take."""

import time
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.queue_job.exception import RetryableJobError

from ...models.job import mindbox_job
from ...models.outbox import mindbox_delivery
from ..common import Reply
from ..endless import Endless
from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestPace(DeliveryCase):
    def test_two_jobs_together_keep_to_the_calls_per_minute(self):
        self.set_endpoint(rate_limit=60)
        self.facts(*"abcdef")
        started = time.monotonic()
        with patch.object(mindbox_job, "TIME_BUDGET", 1.5):
            self.deliver()
            self.deliver()
        took = time.monotonic() - started
        self.assertLessEqual(len(self.mindbox.calls), took + 1)
        self.assertTrue(self.jobs(), "a successor")

    def test_a_slow_pace_does_not_keep_a_job_waiting(self):
        self.set_endpoint(rate_limit=1)
        self.facts(*"ab")
        with patch.object(mindbox_job, "TIME_BUDGET", 2):
            self.deliver()
        with patch.object(mindbox_delivery, "Lanes") as lanes:
            job = self.deliver()
        lanes.assert_not_called()
        self.assertIsInstance(job, RetryableJobError)
        self.assertGreater(job.seconds, 30)
        self.assertEqual(len(self.mindbox.calls), 1)

    def test_a_job_ends_in_time_even_if_an_answer_trickles_in(self):
        # Headers that do not end: no timeout of a socket sees that.
        drip = Endless(self, b"HTTP/1.1 200 OK\r\n", b"X-Drip: 1\r\n")
        self.mindbox.answer = Reply(trick=drip)
        self.set_endpoint(timeout=1)
        self.facts("a", "a")
        with (
            patch.object(mindbox_job, "TIME_BUDGET", 0.5),
            patch.object(mindbox_delivery, "PATIENCE", 0.1),
            patch.object(mindbox_delivery, "CONNECT_TIMEOUT", 0.1),
        ):
            self.deliver()
        self.assertFalse(drip.ended, "waited for the end of the answer")
        self.assertEqual(self.states(), ["pending", "pending"])
        self.assertEqual([r["attempts"] for r in self.rows("attempts")], [1, 0])
