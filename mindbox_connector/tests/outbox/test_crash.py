# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A lost connection and a fault of the connector itself lose nothing."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.queue_job.exception import RetryableJobError

from ...models.job import mindbox_job
from ..common import Reply
from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestCrash(DeliveryCase):
    def test_a_lost_database_connection_leaves_no_lock_behind(self):
        self.facts("a", "b")
        job = self.die_while_recording()
        self.assertIsInstance(job, RetryableJobError)
        self.make_due()
        self.assertEqual(self.deliver(), "2 requests worked off.")

    def test_a_body_that_a_killed_job_may_have_sent_goes_before_a_newer_one(self):
        """Also where the newer one is of another lane: they are of the same record."""
        same = {"merge_key": "customer/res.partner/1"}
        old, new = self.insert(
            {
                "customer_key": "partner-2",
                "priority": 30,
                "may_have_left": True,
                **same,
            },
            {"customer_key": "partner-1", "priority": 20, "payload": None, **same},
        )
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            self.assertEqual(endpoint._find_due_rows(9, {}, []), [(old, "partner-2")])
            env["mindbox.request"].browse(old).sudo().state = "sent"
            env.flush_all()
            self.assertEqual(endpoint._find_due_rows(9, {}, []), [(new, "partner-1")])

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

    def test_a_body_that_may_have_left_before_a_kill_stays_as_it_is(self):
        """Mindbox keeps the first body of a transaction ID: it may never change."""
        self.set_endpoint(concurrency=1)
        for reply in (Reply(401), Reply(429), Reply(503)):
            with self.subTest(status=reply.status):
                partners = [self.make_partner(name=f"P{n}") for n in range(5)]
                self.mindbox.answer = Reply()
                self.die_while_recording()
                self.mindbox.answer = reply
                self.make_due()
                self.deliver()
                for partner in partners:
                    self.rename(partner, f"Newer {reply.status}")
                self.mindbox.answer = Reply()
                self.set_endpoint(state="running")
                self.make_due()
                self.deliver()
                self.deliver()
                self.assertEqual(set(self.states()), {"sent"})
                self.check_one_body_a_key()
                told = self.mindbox.bodies()[-5:]
                names = {body["customer"]["fullName"] for body in told}
                self.assertEqual(names, {f"Newer {reply.status}"})

    def check_one_body_a_key(self):
        bodies = {}
        for call in self.mindbox.calls:
            bodies.setdefault(call["query"]["transactionId"], set()).add(call["body"])
        self.assertEqual({len(versions) for versions in bodies.values()}, {1})

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
