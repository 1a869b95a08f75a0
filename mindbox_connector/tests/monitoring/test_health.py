# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Monitoring and alerts: what is measured, who may read it, who is told, how often."""

import json
import os
from datetime import timedelta
from unittest.mock import patch

from prometheus_client.parser import text_string_to_metric_families

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import SQL

from ...models.monitoring.alerts import ALERTS
from ...models.monitoring.health_token import HEALTH_TOKEN
from ...models.monitoring.prometheus import Family, render
from ..test_security import SecurityCase

TOKEN = "a-token-of-monitoring"


class HealthCase(SecurityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.endpoint.user_id = cls.manager
        cls.request.unlink()

    def ago(self, **span):
        return fields.Datetime.now() - timedelta(**span)

    def wait(self, event="customer_edit", **span):
        return self.make_request(event=event, occurred_at=self.ago(**span))

    def finish(self, state, count=1, seconds=1, **span):
        moment = self.ago(**(span or {"minutes": 5}))
        happened = moment - timedelta(seconds=seconds)
        values = {"state": state, "next_attempt_at": moment, "occurred_at": happened}
        values["sent_at"] = state == "sent" and moment
        for _number in range(count):
            self.make_request(**values)

    def measure(self):
        return self.endpoint._measure()[self.endpoint]


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
                "hold_reason": "Mindbox is out of order (503).",
            }
        )
        measures = self.measure()
        self.assertEqual(
            (measures["status"], measures["reason"]), ("held", "server_error")
        )
        self.assertAlmostEqual(measures["held_seconds"], 300, delta=5)
        self.endpoint.with_user(self.manager).action_pause()
        measures = self.measure()
        self.assertEqual((measures["status"], measures["reason"]), ("paused", "other"))
        self.assertNotIn(self.manager.name, str(measures))

    def test_windows_are_read_along_an_index(self):
        """Not the millions of rows that are kept: the plan says so."""
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
        self.assertEqual(len(plans), 4)
        for plan in plans:
            self.assertNotIn("Seq Scan", plan)
            self.assertRegex(plan, r"(using|on) mindbox_request_\w+_idx")


@tagged("post_install", "-at_install")
class TestAlerts(HealthCase):
    def watch(self):
        self.env["mindbox.endpoint"]._cron_watch()

    def activities(self, kind):
        return self.endpoint.activity_search(
            [f"mindbox_connector.activity_type_{kind}"]
        )

    def open_kinds(self):
        return sorted(self.endpoint.alert_ids.mapped("kind"))

    def test_a_stuck_consent_is_told_once_and_ends_by_itself(self):
        row = self.wait(event="customer_subscription", hours=2)
        self.env["ir.config_parameter"].set_param("mindbox_connector.alert_backlog", 0)
        self.watch()
        self.watch()
        activity = self.activities("stuck")
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("2 h", activity.note)
        row.state = "sent"
        self.watch()
        self.assertFalse(self.activities("stuck"))
        self.assertFalse(self.open_kinds())

    def test_who_has_done_the_activity_is_not_told_again(self):
        self.wait(hours=3)
        self.watch()
        self.activities("backlog").action_feedback()
        self.watch()
        self.assertFalse(self.activities("backlog"))
        self.assertEqual(self.open_kinds(), ["backlog"])

    def test_what_hovers_around_the_limit_is_told_once(self):
        row = self.wait(minutes=61)
        self.watch()
        for minutes in (59, 61, 40, 62, 31):
            row.occurred_at = self.ago(minutes=minutes)
            self.watch()
        alerts = self.env["mindbox.alert"].search(
            [("endpoint_id", "=", self.endpoint.id)]
        )
        self.assertEqual(len(alerts), 1)
        row.occurred_at = self.ago(minutes=29)
        self.watch()
        self.assertTrue(alerts.ended_at)
        row.occurred_at = self.ago(minutes=61)
        self.watch()
        self.assertEqual(self.open_kinds(), ["backlog"])

    def test_of_one_trouble_only_the_cause_is_told(self):
        self.wait(hours=3)
        self.endpoint._pause_misconfigured(
            "Mindbox refuses this secret key for this integration point (403)."
        )
        self.watch()
        self.assertEqual(self.open_kinds(), ["paused"])
        self.assertIn("403", self.activities("paused").note)
        self.endpoint.with_user(self.manager).action_start()
        self.assertFalse(self.activities("paused"))

    def test_an_outage_is_told_after_a_while_until_something_comes_through(self):
        self.endpoint.write({"failing_since": self.ago(minutes=10), "failures": 9})
        self.watch()
        self.assertFalse(self.open_kinds())
        self.endpoint.failing_since = self.ago(minutes=40)
        self.watch()
        self.assertEqual(self.open_kinds(), ["held"])
        self.endpoint.failing_since = False
        self.watch()
        self.assertFalse(self.open_kinds())

    def test_refusals_are_told_as_a_share_of_enough_or_as_a_number(self):
        self.finish("rejected", 5)
        self.watch()
        self.assertFalse(self.open_kinds(), "five of five say nothing yet")
        self.finish("sent", 40)
        self.watch()
        self.assertEqual(self.open_kinds(), ["refused"])
        self.env["ir.config_parameter"].set_param("mindbox_connector.alert_refused", 0)
        self.env["ir.config_parameter"].set_param("mindbox_connector.alert_rejected", 4)
        self.watch()
        self.assertEqual(self.open_kinds(), ["rejected"])

    def test_zero_switches_an_alert_off(self):
        params = self.env["ir.config_parameter"]
        for code in ALERTS:
            params.set_param(f"mindbox_connector.alert_{code}", 0)
        self.wait(event="customer_subscription", days=3)
        self.finish("rejected", 200)
        self.watch()
        self.assertFalse(self.open_kinds())

    def test_what_is_paused_by_hand_gives_no_activity_at_once(self):
        self.endpoint.with_user(self.manager).action_pause()
        self.watch()
        self.assertFalse(self.open_kinds())

    def test_a_draft_or_an_archived_point_has_no_alerts(self):
        self.wait(hours=3)
        self.watch()
        self.endpoint.state = "draft"
        self.endpoint.active = False
        self.watch()
        self.assertFalse(self.open_kinds())

    def test_every_alert_has_its_activity_type(self):
        for code in ALERTS:
            self.assertTrue(self.env.ref(f"mindbox_connector.activity_type_{code}"))

    def test_limits_that_make_no_sense_are_refused(self):
        settings = self.env["res.config.settings"]
        for values in ({"mindbox_alert_held": -1}, {"mindbox_alert_refused": 100}):
            with self.assertRaises(ValidationError):
                settings.create(values)

    def test_zero_stays_zero_in_the_settings(self):
        settings = self.env["res.config.settings"]
        self.assertEqual(settings.create({}).mindbox_alert_held, 30)
        settings.create({"mindbox_alert_held": 0}).execute()
        self.assertEqual(settings.create({}).mindbox_alert_held, 0)
        self.assertEqual(self.endpoint._get_threshold("held"), 0)


@tagged("post_install", "-at_install")
class TestMonitoring(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_token(TOKEN)
        cls.endpoint = cls.env["mindbox.endpoint"].create(
            {"name": 'Shop "1"\\\n', "endpoint_code": "Shop.Website"}
        )

    @classmethod
    def set_token(cls, token):
        cls.env["ir.config_parameter"].set_param(HEALTH_TOKEN, token)

    def ask(self, path="/mindbox/health", authorization=f"Bearer {TOKEN}"):
        headers = {"Authorization": authorization} if authorization else {}
        return self.url_open(path, headers=headers)

    def test_json_has_the_measures_of_every_point(self):
        answer = self.ask()
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        points = {p["id"]: p for p in answer.json()["integration_points"]}
        point = points[str(self.endpoint.id)]
        self.assertEqual(point["name"], self.endpoint.name)
        self.assertEqual((point["waiting"], point["status"]), (0, "draft"))
        self.assertEqual(point["alerts"], [])
        self.assertIn("success_rate", point["hour"])

    def test_prometheus_understands_the_metrics(self):
        answer = self.ask("/mindbox/metrics")
        self.assertIn("version=0.0.4", answer.headers["Content-Type"])
        families = {f.name: f for f in text_string_to_metric_families(answer.text)}
        self.assertIn("mindbox_waiting_requests", families)
        for family in families.values():
            self.assertEqual(family.type, "gauge")
            self.assertTrue(family.documentation)
        names = {s.labels["name"] for s in families["mindbox_status"].samples}
        self.assertIn(self.endpoint.name, names)
        alerts = {s.labels["alert"] for s in families["mindbox_alert"].samples}
        self.assertEqual(alerts, set(ALERTS))

    def test_without_the_token_there_is_nothing_to_see(self):
        wrong = (None, "", "Bearer", "Bearer x", f"Basic {TOKEN}", TOKEN, "Bearer жё")
        for path in ("/mindbox/health", "/mindbox/metrics"):
            for authorization in wrong[:-1]:
                answer = self.ask(path, authorization)
                self.assertEqual(answer.status_code, 401)
                self.assertIn("Bearer", answer.headers["WWW-Authenticate"])
                self.assertFalse(answer.text)
            self.assertEqual(self.ask(path, wrong[-1].encode()).status_code, 401)
            self.assertEqual(self.ask(f"{path}?token={TOKEN}", None).status_code, 401)

    def test_a_person_who_is_logged_in_needs_the_token_too(self):
        self.authenticate("admin", "admin")
        self.assertEqual(self.ask(authorization=None).status_code, 401)

    def test_where_no_token_is_set_the_routes_are_not_there(self):
        self.set_token(False)
        for authorization in (None, "Bearer ", f"Bearer {TOKEN}", "Bearer None"):
            self.assertEqual(self.ask(authorization=authorization).status_code, 404)

    def test_the_environment_wins(self):
        with patch.dict(os.environ, {"MINDBOX_HEALTH_TOKEN": "other"}):
            self.assertEqual(self.ask().status_code, 401)
            self.assertEqual(self.ask(authorization="Bearer other").status_code, 200)
            settings = self.env["res.config.settings"].create({})
            self.assertFalse(settings.mindbox_health_token)
            self.assertTrue(settings.mindbox_health_source)

    def test_administrators_replace_the_token_nobody_else_sees_it(self):
        settings = self.env["res.config.settings"].create({})
        settings.action_rotate_mindbox_health_token()
        self.assertEqual(self.ask().status_code, 401)
        token = self.env["res.config.settings"].create({}).mindbox_health_token
        self.assertGreaterEqual(len(token), 40)
        self.assertEqual(self.ask(authorization=f"Bearer {token}").status_code, 200)
        manager = new_test_user(
            self.env, "mbx_health", "mindbox_connector.group_mindbox_manager"
        )
        with self.assertRaises(AccessError):
            settings.with_user(manager).action_rotate_mindbox_health_token()

    def test_no_personal_data_is_told(self):
        partner = self.env["res.partner"].create(
            {"name": "Kanareika", "email": "kanareika@example.com"}
        )
        self.env["mindbox.request"].create(
            {
                "endpoint_id": self.endpoint.id,
                "event": "customer_edit",
                "partner_id": partner.id,
                "state": "rejected",
                "error": "kanareika@example.com is wrong",
            }
        )
        self.endpoint.write({"state": "paused", "pause_reason": "By Kanareika"})
        for path in ("/mindbox/health", "/mindbox/metrics"):
            self.assertNotIn("anareika", json.dumps(self.ask(path).text))


class TestPrometheusFormat(TransactionCase):
    def test_labels_survive_whatever_is_in_them(self):
        for odd in ('a"b', "a\\b", "a\nb", "\\n", "Ёж {x} ,=", ""):
            text = render([Family("x", odd, [({"name": odd}, 1.5), ({}, None)])])
            [family] = text_string_to_metric_families(text)
            [sample] = family.samples
            self.assertEqual((sample.labels["name"], sample.value), (odd, 1.5))
