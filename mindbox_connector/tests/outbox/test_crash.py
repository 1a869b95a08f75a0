# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A lost connection and a fault of the connector itself lose nothing."""

from unittest.mock import patch

from psycopg2.errors import AdminShutdown

from odoo.tests import tagged

from odoo.addons.queue_job.exception import RetryableJobError

from ...models.job import mindbox_job
from ...models.outbox import mindbox_delivery
from ..common import Reply
from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestCrash(DeliveryCase):
    def test_a_lost_database_connection_leaves_no_lock_behind(self):
        self.facts("a", "b")

        def die(*args):
            raise AdminShutdown("terminating connection due to administrator command")

        with patch.object(mindbox_delivery.Run, "_record", die):
            job = self.deliver_quietly()
        self.assertIsInstance(job, RetryableJobError)
        self.make_due()
        self.assertEqual(self.deliver(), "2 requests worked off.")

    def test_a_killed_connection_leaves_no_lock_behind(self):
        self.facts("a")

        def kill(call):
            with self.transaction() as env:
                env.cr.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid != pg_backend_pid()"
                    " AND backend_type = 'client backend'"
                )
            return Reply()

        self.mindbox.answer = kill
        job = self.deliver_quietly()
        self.assertIsInstance(job, RetryableJobError)
        self.mindbox.answer = Reply()
        self.make_due()
        self.deliver()
        self.assertEqual(self.states(), ["sent"])
        ids = {call["query"]["transactionId"] for call in self.mindbox.calls}
        self.assertEqual(len(ids), 1, "the same call again, known by its ID")

    def test_a_fault_of_the_connector_itself_is_no_flood_and_no_end(self):
        self.facts("a")

        def fail(endpoint, *args):
            raise ValueError("anna@example.com")

        with patch.object(self.registry["mindbox.endpoint"], "_claim", fail):
            with self.assertLogs(mindbox_job.__name__, "ERROR") as log:
                job = self.deliver()
        self.assertIsInstance(job, RetryableJobError)
        self.assertTrue(job.ignore_retry)
        self.assertNotIn("anna", f"{job} {log.output}")
        self.assertIn("ValueError", self.endpoint("hold_reason")["hold_reason"])
        self.make_due()
        self.deliver()
        self.assertEqual(self.states(), ["sent"])
