# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who is told of a trouble, how often, and when it is over."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ...exceptions import MindboxMisconfigured
from ...models.monitoring.alerts import ALERTS
from ...reasons import Reason
from .common import HealthCase


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

    def test_what_mindbox_says_is_text_in_an_activity_and_no_markup(self):
        said = {"messages": "<img src=x onerror=alert(1)>"}
        self.endpoint._pause(Reason("validation_error", said))
        self.watch()
        note = self.activities("paused").note
        self.assertIn("&lt;img", note)
        self.assertNotIn("<img", note)

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
        self.endpoint._pause_misconfigured(MindboxMisconfigured("key_refused"))
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

    def test_many_errors_are_what_mindbox_itself_calls_many(self):
        measure = ALERTS["errors"].measure
        for calls, least in ((11, 6), (50, 25), (51, 11), (2500, 500), (9000, 900)):
            few, many = (
                measure({"calls": calls, "erroneous": number})
                for number in (least - 1, least)
            )
            self.assertEqual((few, many), (0, 1), calls)
        self.assertEqual(measure({"calls": 10, "erroneous": 10}), 0)

    def test_calls_that_fail_late_are_told_as_those_refused_at_once(self):
        self.finish("sent", 10, outcome="processed", http_status=200, hours=3)
        self.finish("rejected", 10, outcome="failed", http_status=200, hours=3)
        self.watch()
        self.assertEqual(self.open_kinds(), ["errors"])
        self.assertIn("10 of 20", self.activities("errors").note)

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
