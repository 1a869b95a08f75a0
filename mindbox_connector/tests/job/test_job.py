# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The scaffold of long jobs, on integration points as their records."""

from unittest.mock import Mock, patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import config, mute_logger

from odoo.addons.queue_job.exception import RetryableJobError

from ...models.job import mindbox_job
from ...models.job.lease import Lease, LeaseLost
from ...models.job.mindbox_job import CONCURRENCY_TRIES, TIME_BUDGET, Job
from ..common import RealCase

JOB = Job("_deliver", "mindbox.test.", lock=0x5454, look_again=7)
OTHER_JOB = Job("_deliver", "mindbox.other.", lock=0x5455)
SECRET = "anna@example.com"
HALF = {"name": "Half"}


class JobCase(RealCase):
    def record(self, env, endpoint_id=None):
        return env["mindbox.endpoint"].browse(endpoint_id or self.endpoint_id)

    def is_free(self, job=JOB, endpoint_id=None):
        """Whether another node could work on the record now."""
        with self.transaction() as env:
            with self.record(env, endpoint_id)._alone(job) as alone:
                return alone


@tagged("post_install", "-at_install")
class TestAlone(JobCase):
    def test_a_second_job_finds_the_first_at_work(self):
        with self.transaction() as env, self.record(env)._alone(JOB) as alone:
            self.assertTrue(alone)
            self.assertFalse(self.is_free())

    def test_the_lock_outlives_the_commits_of_the_job(self):
        with self.transaction() as env, self.record(env)._alone(JOB):
            self.record(env)._commit()
            self.assertFalse(self.is_free())

    def test_the_lock_ends_with_the_job_whatever_ends_it(self):
        with self.assertRaises(ZeroDivisionError), self.transaction() as env:
            with self.record(env)._alone(JOB):
                raise ZeroDivisionError
        self.assertTrue(self.is_free())

    def test_who_has_lost_the_record_writes_nothing_down(self):
        with self.transaction() as env, self.record(env)._alone(JOB):
            for _time in range(2):
                # What it remembers of itself outlives its commits.
                self.record(env)._committed(self.record(env)._is_running)
            self.take_over()
            with self.assertRaises(LeaseLost):
                self.record(env)._committed(lambda: self.record(env).write(HALF))
        self.assertEqual(self.endpoint("name")["name"], "Local")

    def take_over(self):
        """Own the record, as a successor does that has the lock by now."""
        with self.transaction() as env:
            Lease(env.cr, JOB.lock, self.endpoint_id).take(env.cr)

    def test_a_job_that_has_written_something_and_failed_gives_up_the_record(self):
        with self.transaction() as env, self.assertRaises(ZeroDivisionError):
            with self.record(env)._alone(JOB):
                self.record(env)._committed(lambda: 1 / 0)
        self.assertTrue(self.is_free())

    def test_another_record_and_another_job_are_free(self):
        with self.transaction() as env:
            website = env["website"].search([], limit=1)
            other_id = self.make_endpoint(env, website_id=website.id).id
        with self.transaction() as env, self.record(env)._alone(JOB):
            self.assertTrue(self.is_free(endpoint_id=other_id))
            self.assertTrue(self.is_free(OTHER_JOB))

    def test_a_job_of_one_transaction_is_locked_until_its_end(self):
        with self.transaction() as env:
            self.assertTrue(self.record(env)._lock_job(JOB))
            self.assertFalse(self.is_free())
        self.assertTrue(self.is_free())

    def test_who_finds_another_at_work_looks_again_later(self):
        work = Mock()
        with self.transaction() as env, self.record(env)._alone(JOB):
            with self.transaction() as env2:
                with self.assertRaises(RetryableJobError) as again:
                    self.record(env2)._work_alone(JOB, work)
        self.assertEqual(again.exception.seconds, 7)
        self.assertTrue(again.exception.ignore_retry)
        work.assert_not_called()

    def test_a_job_sees_what_the_one_before_has_written_down(self):
        with self.transaction() as env:
            endpoint = self.record(env)
            # Its snapshot is older than what the job before writes down.
            self.assertFalse(endpoint.failures)
            self.set_endpoint(failures=3)
            with endpoint._alone(JOB):
                self.assertEqual(endpoint.failures, 3)


@tagged("post_install", "-at_install")
class TestQueue(JobCase):
    def put(self, **options):
        with self.transaction() as env:
            self.record(env)._put_job(JOB, "A job", **options)

    def waiting(self):
        key = f"{JOB.key}{self.endpoint_id}"
        return [job for job in self.jobs() if job["identity_key"] == key]

    def test_one_job_of_a_record_waits_however_often_it_is_put(self):
        self.put()
        self.put()
        self.assertEqual(len(self.waiting()), 1)

    def test_a_job_that_waits_for_later_starts_in_time(self):
        self.put(wait=600)
        [late] = self.waiting()
        self.put(wait=5)
        [soon] = self.waiting()
        self.assertLess(soon["eta"], late["eta"])

    def test_a_job_that_starts_soon_is_not_put_off(self):
        self.put(wait=5)
        [soon] = self.waiting()
        self.put(wait=600)
        self.assertEqual(self.waiting(), [soon])


@tagged("post_install", "-at_install")
class TestBudget(JobCase):
    def budget(self, reserve=0, **limits):
        with self.transaction() as env, patch.dict(config.options, limits):
            return self.record(env)._get_time_budget(reserve)

    def test_without_limits_a_job_works_its_time(self):
        budget = self.budget(limit_time_real=0, limit_time_cpu=0)
        self.assertEqual(budget, TIME_BUDGET)

    def test_a_job_leaves_its_worker_the_time_to_end(self):
        budget = self.budget(reserve=10, limit_time_real=20, limit_time_cpu=0)
        self.assertEqual(budget, 10)

    def test_a_job_leaves_half_of_the_processor_time(self):
        budget = self.budget(limit_time_real=0, limit_time_cpu=30)
        self.assertEqual(budget, 15)

    def test_a_job_gets_on_however_narrow_the_limits_are(self):
        budget = self.budget(reserve=60, limit_time_real=20, limit_time_cpu=1)
        self.assertEqual(budget, 1)


@tagged("post_install", "-at_install")
class TestCommitted(JobCase):
    def test_work_that_met_another_writer_is_done_again(self):
        tries = []
        with self.transaction() as env:
            endpoint = self.record(env)

            def work():
                endpoint.failures += 1
                tries.append(endpoint.failures)
                if len(tries) == 1:
                    # Another transaction comes first: PostgreSQL refuses this one.
                    self.set_endpoint(failures=10)
                endpoint.flush_recordset()
                return "done"

            with mute_logger("odoo.sql_db"):
                self.assertEqual(endpoint._committed(work), "done")
        self.assertEqual(tries, [1, 11])

    def test_work_is_committed_at_once(self):
        with self.transaction() as env:
            endpoint = self.record(env)
            endpoint._committed(lambda: endpoint.write({"failures": 4}))
            self.assertEqual(self.endpoint("failures")["failures"], 4)

    def test_work_that_always_meets_another_writer_is_given_up(self):
        work = Mock(side_effect=SerializationFailure)
        with self.transaction() as env, self.assertRaises(SerializationFailure):
            self.record(env)._committed(work)
        self.assertEqual(work.call_count, CONCURRENCY_TRIES)


@tagged("post_install", "-at_install")
class TestFault(JobCase):
    def fail(self, before=lambda endpoint: None):
        """Return what the queue gets of a job with a fault, and the log of it."""
        with self.transaction() as env:
            endpoint = self.record(env)

            def work():
                before(endpoint)
                raise ValueError(SECRET)

            with (
                self.assertLogs(mindbox_job.__name__, "ERROR") as log,
                self.assertRaises(RetryableJobError) as again,
            ):
                endpoint._work_alone(JOB, work)
        return again.exception, "".join(log.output)

    def test_a_fault_is_logged_by_kind_and_place(self):
        _again, log = self.fail()
        self.assertIn("ValueError", log)
        self.assertIn("test_job.py", log)

    def test_the_text_of_a_fault_is_in_no_log_and_no_job(self):
        again, log = self.fail()
        causes = [again, again.__cause__, again.__context__]
        self.assertNotIn(SECRET, f"{log} {causes}")

    def test_a_fault_holds_the_record_and_the_job_comes_back(self):
        again, _log = self.fail()
        self.assertTrue(again.ignore_retry)
        self.assertGreaterEqual(again.seconds, 1)
        held = self.endpoint("held_until", "hold_reason")
        self.assertTrue(held["held_until"])
        self.assertIn("ValueError", held["hold_reason"])

    def test_a_fault_undoes_what_is_not_committed(self):
        self.fail(before=lambda endpoint: endpoint.write({"name": "Half"}))
        self.assertEqual(self.endpoint("name")["name"], "Local")

    def test_what_a_job_has_locked_does_not_lock_out_its_hold(self):
        def lock(endpoint):
            endpoint.failures = 5
            endpoint.flush_recordset()

        self.fail(before=lock)
        self.assertTrue(self.endpoint("held_until")["held_until"])

    def test_what_asks_to_be_done_again_is_no_fault(self):
        later = RetryableJobError("Later", seconds=3)
        with self.transaction() as env, self.assertRaises(RetryableJobError) as again:
            self.record(env)._work_alone(JOB, Mock(side_effect=later))
        self.assertIs(again.exception, later)
        self.assertFalse(self.endpoint("held_until")["held_until"])


@tagged("post_install", "-at_install")
class TestGuard(JobCase):
    def guard(self, work):
        with self.transaction() as env:
            endpoint = self.record(env)
            return endpoint._guard("The test", lambda: work(endpoint))

    def test_what_work_returns_comes_through(self):
        self.assertEqual(self.guard(lambda endpoint: 3), (3, None))

    def test_a_fault_undoes_the_work_alone_and_is_told_without_its_text(self):
        def work(endpoint):
            endpoint.name = "Half"
            raise ValueError(SECRET)

        with self.assertLogs(mindbox_job.__name__, "ERROR") as log:
            result, error = self.guard(work)
        self.assertEqual((result, type(error)), (None, ValueError))
        self.assertNotIn(SECRET, "".join(log.output))
        self.assertEqual(self.endpoint("name")["name"], "Local")

    def test_what_speaks_to_people_is_no_fault(self):
        with self.assertNoLogs(mindbox_job.__name__):
            _result, error = self.guard(Mock(side_effect=UserError("Too large")))
        self.assertEqual(str(error), "Too large")

    def test_what_postgresql_wants_again_goes_to_the_queue(self):
        with self.assertRaises(SerializationFailure):
            self.guard(Mock(side_effect=SerializationFailure))
