# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The dashboard's numbers are those of the requests, kept samples or not."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...models.monitoring.dashboard import PERIODS
from ...models.monitoring.mindbox_sample import SLOT, get_slot
from .common import HealthCase


@tagged("post_install", "-at_install")
class TestDashboard(HealthCase):
    def show(self, period="day", user=None, **options):
        endpoints = self.env["mindbox.endpoint"].with_user(user or self.user)
        options.setdefault("endpoint_id", self.endpoint.id)
        return endpoints.get_dashboard(period, **options)

    def totals(self, period="day"):
        slots = self.show(period)["slots"]
        return {n: sum(s[n] for s in slots) for n in ("sent", "rejected", "other")}

    def test_each_period_shows_what_ended_in_it(self):
        self.finish("sent", 2)
        self.finish("rejected", 1, minutes=20)
        self.finish("skipped", 1, hours=3)
        self.finish("sent", 5, days=3)
        self.finish("sent", 7, days=30)
        self.assertEqual(self.totals("hour"), {"sent": 2, "rejected": 1, "other": 0})
        self.assertEqual(self.totals("day"), {"sent": 2, "rejected": 1, "other": 1})
        self.assertEqual(self.totals("week"), {"sent": 7, "rejected": 1, "other": 1})

    def test_slots_cover_the_period_up_to_now_without_a_gap(self):
        for period, (span, step) in PERIODS.items():
            shown = self.show(period)
            starts = [fields.Datetime.to_datetime(s["start"]) for s in shown["slots"]]
            self.assertEqual(len(starts), span // step)
            self.assertEqual(
                {b - a for a, b in zip(starts, starts[1:], strict=False)}, {step}
            )
            self.assertLessEqual(starts[-1], fields.Datetime.now())
            self.assertLess(fields.Datetime.now(), starts[-1] + step)

    def test_kept_samples_tell_the_same_and_outlive_the_requests(self):
        for minutes in (3, 8, 42, 300, 700):
            self.finish("sent", 2, minutes=minutes)
            self.finish("rejected", 1, minutes=minutes)
        before = self.totals()
        self.env["mindbox.endpoint"]._cron_watch()
        self.env["mindbox.endpoint"]._cron_watch()
        self.assertEqual(self.totals(), before)
        old = fields.Datetime.now() - 2 * SLOT
        self.env["mindbox.request"].search(
            [("endpoint_id", "=", self.endpoint.id), ("next_attempt_at", "<", old)]
        ).unlink()
        self.assertEqual(self.totals(), before)

    def test_samples_are_added_slot_by_slot_as_time_goes_on(self):
        start = get_slot(fields.Datetime.now())
        for number in range(1, 5):
            with freeze_time(start + number * SLOT + timedelta(seconds=7)):
                self.finish("sent", number, seconds=3)
                self.wait()
                self.env["mindbox.endpoint"]._cron_watch()
        samples = self.env["mindbox.sample"].search(
            [("endpoint_id", "=", self.endpoint.id)], order="start"
        )
        self.assertEqual(samples[-3:].mapped("waiting"), [2, 3, 4])
        self.assertEqual(len(set(samples.mapped("start"))), len(samples))
        self.assertEqual(sum(samples.mapped("sent")), 10)

    def test_latency_is_the_mean_of_the_half_and_the_worst_of_the_slowest(self):
        now = get_slot(fields.Datetime.now(), timedelta(minutes=30))
        with freeze_time(now + timedelta(minutes=20)):
            self.finish("sent", 1, seconds=10, minutes=2)
            self.finish("sent", 3, seconds=2, minutes=9)
            slot = self.show()["slots"][-1]
        self.assertAlmostEqual(slot["half_seconds"], 4)
        self.assertAlmostEqual(slot["p95_seconds"], 10)

    def test_a_clock_that_went_back_makes_no_time_negative(self):
        self.finish("sent", 2, seconds=-3)
        [slot] = [slot for slot in self.show()["slots"] if slot["sent"]]
        self.assertEqual((slot["half_seconds"], slot["p95_seconds"]), (0, 0))
        self.assertEqual(self.measure()["p95_seconds"], 0)

    def test_what_waits_now_is_in_the_last_slot(self):
        self.wait()
        self.wait()
        self.assertEqual(self.show()["slots"][-1]["waiting"], 2)
        self.assertIsNone(self.show()["slots"][0]["waiting"], "not known")

    def test_reasons_of_rejection_are_counted_by_their_code(self):
        self.finish("rejected", 3)
        mine = [("endpoint_id", "=", self.endpoint.id)]
        for status, row in enumerate(self.env["mindbox.request"].search(mine), 400):
            row.write({"reason_code": "refused", "reason_details": {"status": status}})
        [reason] = self.show()["reasons"]
        self.assertEqual((reason["code"], reason["count"]), ("refused", 3))
        self.assertEqual(reason["text"], "Mindbox refuses the call (…).")
        self.assertRegex(reason["example"], r"\(40[012]\)")

    def test_alerts_and_health_are_on_the_card(self):
        self.wait(hours=3)
        self.env["mindbox.endpoint"]._cron_watch()
        [point] = [p for p in self.show()["points"] if p["id"] == self.endpoint.id]
        self.assertEqual([alert["kind"] for alert in point["alerts"]], ["backlog"])
        self.assertEqual(point["state"], "waiting")
        self.assertIn("waiting 1", point["findings"][0])

    def test_only_mindbox_users_look_and_only_at_their_companies(self):
        with self.assertRaises(AccessError):
            self.show(user=self.stranger)
        company = self.env["res.company"].create({"name": "Other"})
        foreign = new_test_user(
            self.env,
            "mbx_elsewhere",
            "mindbox_connector.group_mindbox_user",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.finish("rejected", 3)
        shown = self.show(user=foreign)
        self.assertFalse(shown["points"] or shown["reasons"])
        self.assertFalse(any(slot["rejected"] for slot in shown["slots"]))

    def test_old_samples_go(self):
        self.env["mindbox.sample"].create(
            {"endpoint_id": self.endpoint.id, "start": self.ago(days=91)}
        )
        self.env["mindbox.sample"]._gc_samples()
        self.assertFalse(
            self.endpoint.env["mindbox.sample"].search(
                [("start", "<", self.ago(days=90))]
            )
        )
