# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where nobody does the jobs, the integration point says so, with what helps."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ...models.monitoring.job_runner import find_faults
from ...models.outbox.shares import FIRST
from .common import HealthCase

GOOD = {
    "server_wide_modules": ["base", "web", "queue_job"],
    "max_cron_threads": 2,
    "workers": 4,
}
CHANNELS = "root:3,root.mindbox:2"


@tagged("post_install", "-at_install")
class TestJobRunner(HealthCase):
    def find(self, channels=CHANNELS, **options):
        return list(find_faults("root.mindbox", GOOD | options, channels))

    def put_job(self, **ago):
        """Leave the delivery of the integration point lying."""
        self.env.cr.execute("DELETE FROM queue_job")
        self.endpoint._put_job(FIRST, "Deliver")
        due = fields.Datetime.now() - timedelta(**ago)
        self.env.cr.execute(
            "UPDATE queue_job SET eta = %s, date_created = %s", [due] * 2
        )
        self.endpoint.invalidate_recordset()

    def test_a_server_that_is_set_up_has_no_faults(self):
        self.assertFalse(self.find())

    def test_each_fault_comes_with_the_line_that_helps(self):
        cases = {
            "no_runner": (
                {"server_wide_modules": ["base", "web"]},
                "server_wide_modules = base,web,queue_job",
            ),
            "no_channel": (
                {"channels": "root:4"},
                "[queue_job] channels = root:3,root.mindbox:2",
            ),
            "no_capacity": (
                {"channels": "root:4,root.mindbox:0"},
                "[queue_job] channels = root:3,root.mindbox:2",
            ),
            "unreadable": (
                {"channels": "root:many"},
                "[queue_job] channels = root:3,root.mindbox:2",
            ),
            "no_cron": ({"max_cron_threads": 0}, "max_cron_threads = 1"),
            "no_workers": ({"workers": 0}, "workers = 4"),
        }
        for code, (options, line) in cases.items():
            self.assertEqual(self.find(**options), [(code, line)])

    def test_a_delivery_that_nobody_begins_is_told_within_a_minute(self):
        self.put_job(seconds=70)
        self.assertIn("Nobody has begun", self.endpoint.job_runner_advice)
        self.endpoint._cron_watch()
        self.assertIn("idle", self.endpoint.alert_ids.mapped("kind"))
        self.put_job(seconds=5)
        self.endpoint._cron_watch()
        self.assertNotIn("idle", self.endpoint.alert_ids.mapped("kind"), "it is over")

    def test_a_delivery_that_is_due_later_is_not_late(self):
        self.put_job(seconds=-600)
        self.assertEqual(self.endpoint._measure()[self.endpoint]["job_seconds"], 0)

    def test_nobody_is_advised_before_the_start(self):
        self.put_job(seconds=70)
        self.endpoint.state = "draft"
        self.assertFalse(self.endpoint.job_runner_advice)
