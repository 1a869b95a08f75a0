# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bodies and rows that have ended go after their time, what waits never does."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ...models.outbox import mindbox_retention
from ..security import SecurityCase


@tagged("post_install", "-at_install")
class TestRetention(SecurityCase):
    def aged(self, days, state, **values):
        moment = fields.Datetime.now() - timedelta(days=days)
        return self.make_request(
            state=state, next_attempt_at=moment, response="{}", **values
        )

    def clean(self):
        self.env.flush_all()
        result = self.env["mindbox.request"]._gc_requests()
        self.env.invalidate_all()
        return result

    def test_bodies_of_finished_rows_are_emptied_after_days(self):
        old, young = self.aged(5, "sent"), self.aged(1, "sent")
        self.clean()
        self.assertFalse(old.payload or old.response)
        self.assertTrue(young.payload and young.response)

    def test_rows_are_removed_after_weeks_rejected_ones_later(self):
        rows = {
            state: self.aged(40, state)
            for state in ("sent", "skipped", "cancelled", "rejected", "pending")
        }
        ancient = self.aged(400, "rejected")
        self.clean()
        left = {state for state, row in rows.items() if row.exists()}
        self.assertEqual(left, {"rejected", "pending"})
        self.assertTrue(rows["rejected"].payload, "to be mended and sent again")
        self.assertFalse(ancient.exists())

    def test_what_waits_is_never_removed(self):
        ancient = self.aged(4000, "pending")
        self.clean()
        self.assertTrue(ancient.exists() and ancient.payload)

    def test_history_sent_today_stays_for_the_full_time(self):
        moment = fields.Datetime.now() - timedelta(days=2000)
        row = self.aged(0, "sent", occurred_at=moment)
        self.clean()
        self.assertTrue(row.exists() and row.payload)

    def test_the_settings_decide(self):
        self.env["ir.config_parameter"].set_param("mindbox_connector.row_days", 50)
        row = self.aged(40, "sent")
        self.clean()
        self.assertTrue(row.exists())

    def test_more_is_left_for_the_next_round(self):
        for _number in range(5):
            self.aged(40, "sent")
        with patch.object(mindbox_retention, "GC_CHUNK", 2):
            done, more = self.clean()
        self.assertTrue(more)
        self.assertLessEqual(done, 4)
