# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runs that failed or never came are told to people and to monitoring."""

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import SQL

from ...models.use.rfm_alert import FAILURE
from ..common import RfmCase

# In Moscow the run of the tenth of March is due at this moment, in UTC.
DUE = "2026-03-09 23:00:00"
LAST_NIGHT = "2026-03-08 23:05:00"
IN_TIME, LATE = "2026-03-10 04:00:00", "2026-03-10 06:00:00"


@tagged("post_install", "-at_install")
class TestAlert(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls.make_custom([("buyers", "orders >= 1"), ("rest", "")])
        cls.make_order(cls.make_customer(), 3)
        cls.run_scheme(cls.scheme)

    def begin_runs_at(self, moment):
        self.env.cr.execute(
            SQL(
                "UPDATE rfm_run SET started_at = %s WHERE scheme_id = %s",
                moment,
                self.scheme.id,
            )
        )
        self.env.invalidate_all()

    def watch(self):
        """Return the notes by which people are told."""
        self.env["mindbox.endpoint"]._cron_watch()
        return self.scheme.activity_search([FAILURE]).mapped("note")

    def gauge(self, name):
        """Return the value of a gauge for the scheme of this test."""
        families = self.env["mindbox.endpoint"]._get_gauges()
        (family,) = (family for family in families if family.name == name)
        values = {labels["scheme"]: value for labels, value in family.samples}
        return values[str(self.scheme.id)]

    def test_a_run_that_does_not_come_is_told_once_in_the_company_s_time(self):
        self.begin_runs_at(LAST_NIGHT)
        with freeze_time(IN_TIME):
            self.assertFalse(self.watch())
        with freeze_time(LATE):
            (note,) = self.watch()
            self.assertIn("2:00", note)
            self.assertEqual(len(self.watch()), 1)

    def test_a_run_that_ends_takes_it_back(self):
        self.begin_runs_at(LAST_NIGHT)
        with freeze_time(LATE):
            self.assertTrue(self.watch())
        self.run_scheme(self.scheme)
        self.assertFalse(self.scheme.activity_search([FAILURE]))

    def test_a_scheme_that_was_activated_since_the_night_is_not_overdue(self):
        self.begin_runs_at(IN_TIME)
        self.scheme.run_ids.sudo().state = "queued"
        with freeze_time(LATE):
            self.assertFalse(self.watch())
        with freeze_time("2026-03-10 10:01:00"):
            self.assertTrue(self.watch())

    def test_an_hourly_run_is_missed_sooner(self):
        self.begin_runs_at(DUE)
        self.scheme.frequency = "hour"
        with freeze_time("2026-03-10 05:55:00"):
            self.assertFalse(self.watch())
        with freeze_time("2026-03-10 06:01:00"):
            self.assertTrue(self.watch())

    def test_a_scheme_that_is_off_is_not_overdue(self):
        self.begin_runs_at(LAST_NIGHT)
        self.scheme.state = "draft"
        with freeze_time(LATE):
            self.assertFalse(self.watch())

    def test_monitoring_is_told_of_age_delay_and_failure(self):
        self.begin_runs_at(LAST_NIGHT)
        with freeze_time(LATE):
            self.assertEqual(self.gauge("mindbox_rfm_run_age_seconds"), 111_300)
            self.assertEqual(self.gauge("mindbox_rfm_run_overdue_seconds"), 3600)
        self.assertEqual(self.gauge("mindbox_rfm_run_failed"), 0)
        self.env["rfm.run"].sudo().create(
            {"scheme_id": self.scheme.id, "state": "failed"}
        )
        self.assertEqual(self.gauge("mindbox_rfm_run_failed"), 1)
