# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is measured."""

from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from .common import HealthCase


@tagged("post_install", "-at_install")
class TestMeasures(HealthCase):
    def test_nothing_at_all_is_measured_as_nothing(self):
        measures = self.measure()
        self.assertEqual((measures["waiting"], measures["oldest_seconds"]), (0, 0))
        self.assertIsNone(measures["hour"]["success_rate"])
        self.assertIsNone(measures["p95_seconds"])
        self.assertEqual((measures["status"], measures["reason"]), ("running", ""))

    def test_what_waits_is_counted_with_the_age_of_the_oldest(self):
        self.wait(minutes=10)
        self.wait(event="customer_subscription", minutes=2)
        measures = self.measure()
        self.assertEqual(measures["waiting"], 2)
        self.assertAlmostEqual(measures["oldest_seconds"], 600, delta=5)
        self.assertAlmostEqual(measures["oldest_consent_seconds"], 120, delta=5)

    def test_a_date_in_the_future_is_no_negative_age(self):
        self.wait(minutes=-10)
        self.assertEqual(self.measure()["oldest_seconds"], 0)

    def test_success_is_the_share_among_sent_and_rejected_within_the_window(self):
        self.finish("sent", 3)
        self.finish("rejected", 1)
        self.finish("skipped", 5)
        self.finish("rejected", 4, hours=5)
        self.finish("sent", 7, days=2)
        measures = self.measure()
        self.assertEqual(measures["hour"]["success_rate"], 3 / 4)
        self.assertEqual(measures["day"]["success_rate"], 3 / 8)
        self.assertEqual(measures["hour"]["skipped"], 5)
        self.assertEqual(measures["rejected"], 5)

    def test_p95_is_of_the_last_hour_from_event_to_delivery(self):
        self.finish("sent", 19, seconds=2)
        self.finish("sent", 1, seconds=500)
        self.finish("sent", 30, seconds=900, hours=3)
        self.assertEqual(self.measure()["p95_seconds"], 2)

    def import_history(self, **values):
        """A row that an import has put behind the shop's events, of long ago."""
        run = self.env["mindbox.import"].create(
            {"endpoint_id": self.endpoint.id, "kind": "customers", "way": "records"}
        )
        chunk = self.env["mindbox.import.chunk"].create(
            {"import_id": run.id, "file": "customers", "state": "frozen"}
        )
        values = {"occurred_at": self.ago(days=1000), **values}
        return self.make_request(import_chunk_id=chunk.id, **values)

    def test_history_is_counted_but_its_age_says_nothing(self):
        self.import_history()
        self.import_history(event="customer_subscription")
        measures = self.measure()
        self.assertEqual(measures["waiting"], 2)
        self.assertEqual(measures["oldest_seconds"], 0)
        self.assertEqual(measures["oldest_consent_seconds"], 0)
        self.endpoint.invalidate_recordset(["health"])
        self.assertNotIn("days", self.endpoint.health)
        self.wait(minutes=10)
        self.assertAlmostEqual(self.measure()["oldest_seconds"], 600, delta=5)

    def test_history_that_was_sent_is_in_no_latency(self):
        moment = self.ago(minutes=7)
        sent = {"state": "sent", "sent_at": moment, "next_attempt_at": moment}
        self.import_history(**sent)
        self.assertIsNone(self.measure()["p95_seconds"])
        samples = self.env["mindbox.sample"]
        [slot] = samples._query_slots(self.endpoint, self.ago(hours=1), self.ago())
        self.assertEqual((slot["sent"], slot["timed"]), (1, 0))
        self.assertIsNone(slot["p95_seconds"])
        self.finish("sent", 1, seconds=4, minutes=7)
        self.assertEqual(self.measure()["p95_seconds"], 4)
        shown = self.endpoint.with_user(self.user).get_dashboard("hour")
        [busy] = [slot for slot in shown["slots"] if slot["sent"]]
        self.assertEqual((busy["half_seconds"], busy["p95_seconds"]), (4, 4))

    def test_what_is_sent_again_waits_since_then(self):
        row = self.make_request(state="rejected", occurred_at=self.ago(days=9))
        row.with_user(self.manager).action_resend()
        self.assertLess(self.measure()["oldest_seconds"], 5)

    def test_held_and_paused_tell_the_code_of_their_reason(self):
        self.endpoint.write(
            {
                "failing_since": self.ago(minutes=5),
                "held_until": self.ago(minutes=-1),
                "hold_reason_code": "server_error",
                "hold_reason_details": {"status": 503},
            }
        )
        measures = self.measure()
        self.assertEqual(
            (measures["status"], measures["reason"]), ("held", "server_error")
        )
        self.assertAlmostEqual(measures["held_seconds"], 300, delta=5)
        self.endpoint.with_user(self.manager).action_pause()
        measures = self.measure()
        self.assertEqual(
            (measures["status"], measures["reason"]), ("paused", "paused_by_hand")
        )
        self.assertNotIn(self.manager.name, str(measures))

    def test_outcomes_of_a_day_are_counted(self):
        self.finish("sent", 2, outcome="processed", http_status=200)
        self.finish("sent", 3, outcome="unknown", http_status=200)
        self.finish("rejected", 1, outcome="failed", http_status=200)
        self.finish("sent", 4, outcome="processed", days=2)
        measures = self.measure()
        self.assertEqual(
            measures["outcomes"],
            {"processed": 2, "with_remarks": 0, "failed": 1, "unknown": 3},
        )
        self.assertEqual((measures["calls"], measures["erroneous"]), (6, 1))

    def test_what_the_log_tells_nothing_of_is_counted_where_it_is_read(self):
        late = {"outcome": "unknown", "mode": "async", "hours": 2}
        self.finish("sent", 3, **late)
        self.finish("sent", 1, outcome="unknown", mode="async")
        self.assertIsNone(self.measure()["untold"])
        self.endpoint.log_export_operation = "Website.ExportOperationLogs"
        self.assertEqual(self.measure()["untold"], 3)

    def test_events_that_arrive_a_week_late_are_counted(self):
        self.finish("sent", 2, seconds=8 * 24 * 3600)
        self.finish("sent", 3, seconds=6 * 24 * 3600)
        self.assertEqual(self.measure()["stale"], 2)

    def test_windows_are_read_along_an_index(self):
        """Not the millions of rows that are kept: the plan says so."""
        self.endpoint.log_export_operation = "Website.ExportOperationLogs"
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan TO off")
        plans = []
        execute = self.env.cr.execute

        def explain(query, *args, **kwargs):
            if "mindbox_request" in str(getattr(query, "code", query)):
                execute(SQL("EXPLAIN %s", query))
                plans.append("\n".join(r[0] for r in self.env.cr.fetchall()))
            return execute(query, *args, **kwargs)

        with patch.object(self.env.cr, "execute", explain):
            self.measure()
        self.assertEqual(len(plans), 7)
        for plan in plans:
            self.assertNotIn("Seq Scan", plan)
            self.assertRegex(plan, r"(using|on) mindbox_request_\w+_idx")
