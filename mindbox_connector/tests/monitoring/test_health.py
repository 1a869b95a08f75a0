# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One health of an integration point: whoever tells of it, tells the same."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ...models.monitoring.health import STATES, judge
from ...models.monitoring.mindbox_health import WORDS
from ...models.outbox.shares import FIRST
from ...reasons import Reason
from .common import TOKEN, HealthCase, MonitoringCase

FAILS = {"reason_code": "server_error", "reason_details": {"status": 500}}
FINE = {
    "status": "running",
    "reason": "",
    "held_operations": {},
    "waiting": 0,
    "most_failures": 0,
    "failing": 0,
    "failing_customers": 0,
    "failing_reason": "",
    "rejected": 0,
    "rejected_reason": "",
    "unrecorded": 0,
    "lately": True,
    "job_seconds": 0,
    "differences": 0,
    "erasures": 0,
}


@tagged("post_install", "-at_install")
class TestJudge(HealthCase):
    def test_the_worst_thing_found_makes_the_state_and_comes_first(self):
        bad = {
            "no_runner": {"job_seconds": 61},
            "held": {"status": "held", "reason": "timeout"},
            "failing": {"most_failures": 3, "failing": 1, "failing_customers": 1},
            "needs_you": {"rejected": 5, "rejected_reason": "refused"},
            "waiting": {"waiting": 7},
            "ok": {},
        }
        measures = dict(FINE)
        for state, more in reversed(bad.items()):
            measures |= more
            findings = judge(measures)
            self.assertEqual(findings[0].state, state)
        self.assertEqual(
            [finding.state for finding in findings],
            ["no_runner", "held", "failing", "needs_you", "waiting"],
        )
        for status in ("paused", "draft"):
            self.assertEqual(judge(measures | {"status": status})[0].state, status)

    def test_each_thing_that_somebody_has_to_do_is_named(self):
        for name in ("unrecorded", "rejected", "differences", "erasures"):
            [first, *_rest] = judge(FINE | {name: 2})
            self.assertEqual((first.kind, first.state), (name, "needs_you"))

    def test_a_single_failed_attempt_is_no_alarm(self):
        few = FINE | {"waiting": 1, "failing": 1, "most_failures": 2}
        self.assertEqual(judge(few)[0].state, "waiting")


@tagged("post_install", "-at_install")
class TestHealth(HealthCase):
    def see(self):
        self.endpoint.invalidate_recordset()
        return self.endpoint.health_state, self.endpoint.health

    def fail(self, attempts=14, **values):
        later = fields.Datetime.now() + timedelta(seconds=200)
        values = {"customer_key": "partner-1", "next_attempt_at": later} | values
        return self.make_request(attempts=attempts, **FAILS, **values)

    def test_a_customer_whose_calls_fail_again_and_again_is_no_green_tick(self):
        self.fail()
        state, words = self.see()
        self.assertEqual(state, "failing")
        self.assertIn("14", words)
        self.assertEqual(self.endpoint.health_level, "warning")

    def test_what_waits_behind_a_failing_call_does_not_leave_in_a_moment(self):
        self.fail()
        behind = self.make_request(customer_key="partner-1")
        other = self.make_request(customer_key="partner-2")
        self.assertIn("14", behind.reason)
        self.assertIn("500", behind.reason)
        self.assertEqual(other.reason, "Leaves in a moment.")

    def test_attempts_about_what_mindbox_does_not_know_are_no_failures(self):
        self.fail(attempts=6, missing_attempts=6)
        self.assertEqual(self.see()[0], "waiting")

    def test_what_is_rejected_needs_somebody_though_nothing_waits(self):
        self.finish("sent", 3)
        self.finish("rejected", 5, reason_code="name_too_long")
        state, words = self.see()
        self.assertEqual(state, "needs_you")
        self.assertIn("5", words)
        self.assertIn("The name is cut", words)

    def test_a_fresh_start_does_not_claim_that_anything_has_arrived(self):
        state, words = self.see()
        self.assertEqual(state, "ok")
        self.assertIn("nothing was sent within a day", words)
        self.finish("sent")
        self.assertNotIn("nothing was sent", self.see()[1])

    def test_where_nobody_does_the_jobs_nothing_leaves_in_a_moment(self):
        row = self.make_request(customer_key="partner-2")
        self.env.cr.execute("DELETE FROM queue_job")
        self.endpoint._put_job(FIRST, "Deliver")
        due = fields.Datetime.now() - timedelta(seconds=70)
        self.env.cr.execute(
            "UPDATE queue_job SET eta = %s, date_created = %s", [due] * 2
        )
        self.assertEqual(self.see()[0], "no_runner")
        row.invalidate_recordset()
        self.assertEqual(row.reason, "Waits: nobody does the jobs of Odoo.")

    def test_held_paused_and_draft_say_so_with_their_reason(self):
        until = fields.Datetime.now() + timedelta(seconds=60)
        self.endpoint.write({"held_until": until, "hold_reason_code": "timeout"})
        state, words = self.see()
        self.assertEqual(state, "held")
        self.assertIn("Mindbox does not answer in time", words)
        self.endpoint._pause(Reason("credentials"))
        state, words = self.see()
        self.assertEqual(state, "paused")
        self.assertIn("401", words)
        self.endpoint.state = "draft"
        self.assertEqual(self.see()[0], "draft")
        self.assertIn("not started", self.make_request().reason)

    def test_between_two_probes_of_an_outage_nothing_is_well(self):
        self.endpoint.write(
            {
                "failing_since": self.ago(minutes=3),
                "failures": 4,
                "held_until": self.ago(seconds=1),
                "hold_reason_code": "timeout",
            }
        )
        self.assertEqual(self.see()[0], "held")

    def test_banner_list_dashboard_and_measures_tell_the_same(self):
        self.fail()
        self.finish("rejected", 2, reason_code="refused")
        state, words = self.see()
        point = next(
            p
            for p in self.env["mindbox.endpoint"].get_dashboard()["points"]
            if p["id"] == self.endpoint.id
        )
        self.assertEqual(point["state"], state)
        self.assertEqual(", ".join(point["findings"]), words)
        self.assertEqual(self.measure()["health"], state)
        with self.subTest("a Mindbox user sees what an administrator does"):
            self.assertEqual(self.endpoint.with_user(self.user).health, words)

    def test_every_finding_has_words(self):
        kinds = {
            finding.kind
            for more in (
                {"status": "draft"},
                {"status": "paused"},
                {"status": "held"},
                {"job_seconds": 99, "held_operations": {"A": "timeout"}},
                {"most_failures": 9, "waiting": 1, "lately": False},
                dict.fromkeys(("unrecorded", "rejected", "differences", "erasures"), 1),
                {},
            )
            for finding in judge(FINE | more)
        }
        self.assertEqual(kinds | {"held_until", "quiet"}, set(WORDS))


@tagged("post_install", "-at_install")
class TestHealthRoutes(MonitoringCase):
    def test_both_routes_tell_the_health_with_its_findings(self):
        self.endpoint.secret_key = "key"
        self.endpoint.action_start()
        self.env["mindbox.request"].create(
            {
                "endpoint_id": self.endpoint.id,
                "event": "customer_edit",
                "state": "pending",
                "attempts": 14,
                **FAILS,
            }
        )
        points = self.ask().json()["integration_points"]
        [point] = [p for p in points if p["id"] == str(self.endpoint.id)]
        self.assertEqual(point["health"], "failing")
        [first, *_rest] = point["findings"]
        self.assertEqual((first["kind"], first["reason"]), ("failing", "server_error"))
        self.assertEqual(first["values"]["most_failures"], 14)
        lines = self.ask("/mindbox/metrics", f"Bearer {TOKEN}").text.splitlines()
        mine = [line for line in lines if f'id="{self.endpoint.id}"' in line]
        states = [line for line in mine if line.startswith("mindbox_health{")]
        self.assertEqual(len(states), len(STATES))
        [on] = [line for line in states if line.endswith(" 1.0")]
        self.assertIn('state="failing"', on)
        self.assertTrue(any('finding="failing"' in line for line in mine))
