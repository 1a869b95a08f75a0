# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The delivery job against a real HTTP server, in real transactions."""

import json
import random
import threading
import time
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import AdminShutdown

from odoo import fields
from odoo.tests import tagged

from odoo.addons.queue_job.exception import RetryableJobError

from ...client import Call
from ...exceptions import MindboxUnavailable
from ...models.capture import mindbox_build
from ...models.job import mindbox_job
from ...models.outbox import mindbox_delivery, mindbox_kick
from ...models.outbox.lanes import Outcome, Parcel
from ...models.outbox.mindbox_kick import DELIVERY
from ..common import RealCase, Reply

DOWN = Reply(503, {"status": "InternalServerError"})
REJECTED = Reply(
    400,
    {"status": "ProtocolError", "errorMessage": "No anna@example.com or +7 999 123"},
)


class DeliveryCase(RealCase):
    def facts(self, *customers, **values):
        """Put one fact per customer into the outbox; its body names the customer."""
        return self.insert(
            *(
                {"customer_key": c, "payload": json.dumps({"c": c, "n": n}), **values}
                for n, c in enumerate(customers)
            )
        )

    def fail_for(self, customer, reply=DOWN):
        """Let Mindbox fail at each call of one customer."""

        def answer(call):
            return reply if json.loads(call["body"])["c"] == customer else Reply()

        self.mindbox.answer = answer

    def sent(self):
        return [(body["c"], body["n"]) for body in self.mindbox.bodies()]


@tagged("post_install", "-at_install")
class TestDelivery(DeliveryCase):
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
            with endpoint._alone(DELIVERY) as locked:
                env.cr.execute(
                    """
                    SELECT activity.backend_xmin, activity.backend_xid
                      FROM pg_locks JOIN pg_stat_activity activity USING (pid)
                     WHERE locktype = 'advisory' AND classid = %s AND objid = %s
                    """,
                    (DELIVERY.lock, self.endpoint_id),
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

    def test_a_body_that_cannot_be_built_ends_its_row_only(self):
        bad = self.make_partner()
        self.make_partner()

        def fail(partner, endpoint):
            if partner.id == bad:
                raise KeyError("anna@example.com")
            return {"customer": {"ids": {"websiteID": str(partner.id)}}}

        with (
            patch.object(
                self.registry["res.partner"], "_mindbox_customer_edit_body", fail
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
            self.registry["res.partner"], "_mindbox_customer_edit_body", fail
        ):
            self.deliver()
        self.assertEqual(sorted(self.states()), ["rejected", "sent"])

    def test_a_body_leaves_whatever_characters_are_in_it(self):
        self.make_partner()

        def body(partner, endpoint):
            return {"customer": {"firstName": "a\0b\ud83d"}}

        with patch.object(
            self.registry["res.partner"], "_mindbox_customer_edit_body", body
        ):
            self.deliver()
        self.assertEqual(self.states(), ["sent"])
        self.assertEqual(self.mindbox.bodies()[0]["customer"]["firstName"], "a\0b?")

    def test_an_answer_is_stored_whatever_characters_are_in_it(self):
        self.mindbox.answer = Reply(400, b'{"errorMessage": "a\\u0000b\\ud83d"}')
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
            self.set_endpoint(held_until=later, hold_reason="?", paced_until=later)
            self.deliver()
        self.assertEqual(set(self.states()), {"sent"})


@tagged("post_install", "-at_install")
class TestOutage(DeliveryCase):
    def test_a_failure_keeps_the_row_and_gives_the_job_back(self):
        self.mindbox.answer = DOWN
        self.facts("a")
        job = self.deliver()
        self.assertIsInstance(job, RetryableJobError)
        self.assertTrue(job.ignore_retry)
        self.assertEqual(self.states(), ["pending"])
        row = self.rows("attempts", "http_status", "error")[0]
        self.assertEqual((row["attempts"], row["http_status"]), (1, 503))
        endpoint = self.endpoint("failures", "held_until", "hold_reason")
        self.assertEqual(endpoint["failures"], 1)
        self.assertIn("503", endpoint["hold_reason"])

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
        self.set_endpoint(held_until=fields.Datetime.now() + timedelta(seconds=60))
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
            error = MindboxUnavailable("x")
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
                        endpoint._hold(MindboxUnavailable("x"))
                    self.assertTrue(low <= endpoint._get_rest()[0] <= high, jitter)

    def test_a_call_that_hangs_does_not_delay_the_next_probe(self):
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            endpoint.failures = 20
            endpoint._hold(MindboxUnavailable("x"), spent=5)
            self.assertTrue(0 < endpoint._get_rest()[0] <= 3)

    def test_while_a_patient_probe_hangs_another_one_finds_mindbox_back(self):
        over = threading.Event()
        self.addCleanup(over.set)
        self.mindbox.answer = self.hang_first(over)
        self.set_endpoint(failures=4, timeout=6)
        self.facts("a", "b", "c")
        started = time.monotonic()
        with patch.object(mindbox_delivery, "PROBE_INTERVAL", 0.5):
            threading.Timer(3, over.set).start()
            self.deliver()
        self.assertEqual(self.states(), ["sent"] * 3)
        self.assertEqual([c for c, _n in self.sent()], ["a", "b", "c"])
        self.assertLess(self.moments[-1] - started, 2.9)

    def hang_first(self, over):
        """The first call hangs until ``over``; all others are answered at once."""
        self.moments = []

        def answer(call):
            if len(self.mindbox.calls) == 1:
                over.wait(9)
            else:
                self.moments.append(time.monotonic())
            return Reply()

        return answer

    def test_throttling_is_obeyed(self):
        self.mindbox.answer = Reply(429, {}, {"Retry-After": "200"})
        self.facts("a", "b")
        job = self.deliver()
        self.assertTrue(190 <= job.seconds <= 201)
        self.assertEqual(self.states(), ["pending", "pending"])

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

    def test_a_row_that_failed_waits_longer_each_time(self):
        waits = []
        for attempts in (0, 3, 5, 20):
            parcel = Parcel(1, "a", attempts, Call("async", "Op", "guid", "{}"))
            outcome = Outcome(parcel, error=MindboxUnavailable("x"))
            with self.transaction() as env:
                endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
                result = endpoint._get_result(outcome, failing=False)
            wait = result["next_attempt_at"] - fields.Datetime.now()
            waits.append(round(wait.total_seconds(), -1))
        self.assertEqual(waits, [0, 10, 30, 270])

    def test_a_lone_row_that_always_fails_holds_up_nobody(self):
        """The shop is quiet; then another customer comes."""
        self.mindbox.answer = DOWN
        self.facts("poison", attempts=7)
        self.assertIsInstance(self.deliver(), str)
        self.assertFalse(self.endpoint("held_until")["held_until"])
        (job,) = self.jobs()
        self.assertTrue(job["eta"])

    def test_a_black_hole_does_not_slow_another_integration_point(self):
        self.facts("a")
        with self.transaction() as env:
            healthy = self.make_endpoint(
                env,
                url="http://localhost:1",
                website_id=env["website"].search([])[0].id,
            ).id
        self.mindbox.answer = Reply(trick=lambda _handler: time.sleep(1.5))
        slow = threading.Thread(target=self.deliver)
        slow.start()
        time.sleep(0.3)
        started = time.monotonic()
        self.deliver(healthy)
        self.assertLess(time.monotonic() - started, 0.8)
        slow.join()

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

    def test_start_does_not_wait_for_what_was_held(self):
        later = fields.Datetime.now() + timedelta(seconds=200)
        self.set_endpoint(held_until=later, hold_reason="x", failures=9)
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
        started = time.monotonic()
        job = self.deliver()
        self.assertIsInstance(job, RetryableJobError)
        self.assertGreater(job.seconds, 30)
        self.assertLess(time.monotonic() - started, 1)
        self.assertEqual(len(self.mindbox.calls), 1)

    def test_a_job_ends_in_time_even_if_an_answer_trickles_in(self):
        def drip(handler):
            # Headers that never end: no timeout of a socket sees that.
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for _number in range(100):
                handler.wfile.write(b"X-Drip: 1\r\n")
                time.sleep(0.1)

        self.mindbox.answer = Reply(trick=drip)
        self.set_endpoint(timeout=1)
        self.facts("a", "a")
        started = time.monotonic()
        with (
            patch.object(mindbox_job, "TIME_BUDGET", 0.5),
            patch.object(mindbox_delivery, "PATIENCE", 0.1),
            patch.object(mindbox_delivery, "CONNECT_TIMEOUT", 0.1),
        ):
            self.deliver()
        self.assertLess(time.monotonic() - started, 5)
        self.assertEqual(self.states(), ["pending", "pending"])
        self.assertEqual([r["attempts"] for r in self.rows("attempts")], [1, 0])
