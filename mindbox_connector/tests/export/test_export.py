# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The protocol of an export, against a real HTTP server, in real transactions."""

import uuid
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.export import mindbox_export_read
from ..common import Reply
from .common import CANARY, ExportCase, log_row, to_csv, to_json

NOT_READY = {"processingStatus": "NotReady"}
CANCELLED = {"processingStatus": "Cancelled", "cancellationReason": "Too long"}


@tagged("post_install", "-at_install")
class TestExport(ExportCase):
    def setUp(self):
        super().setUp()
        self.ids = [str(uuid.uuid4()) for _number in range(4)]
        now = fields.Datetime.now()
        self.accept(*self.ids, sent_at=now - timedelta(minutes=5))
        self.rows_of_log = [
            log_row(self.ids[0]),
            log_row(self.ids[1], messages="/customer/email: no e-mail"),
            log_row(self.ids[2], "failed", "No such segment"),
            log_row(str(uuid.uuid4()), "failed", "Somebody else's"),
        ]

    def expect_all(self):
        told = ["processed", "with_remarks", "failed", "unknown"]
        self.assertEqual(self.outcomes(), dict(zip(self.ids, told, strict=True)))

    def test_outcomes_are_read_from_all_files(self):
        rows = self.rows_of_log
        self.offer(to_csv(rows[:1]), to_json(rows[1:3]), to_csv(rows[3:]))
        self.ask()
        self.expect_all()
        [export] = self.exports("state", "rows_read", "rows_matched", "file_number")
        export.pop("id")
        self.assertEqual(
            export,
            {"state": "done", "rows_read": 4, "rows_matched": 3, "file_number": 3},
        )

    def test_an_export_that_is_not_ready_is_asked_for_again(self):
        self.sayings = [NOT_READY, NOT_READY]
        self.offer(to_csv(self.rows_of_log))
        self.ask()
        self.expect_all()
        self.assertEqual(self.exports("polls")[0]["polls"], 2)

    def test_an_export_that_is_given_up_is_asked_for_in_halves(self):
        self.sayings = [CANCELLED]
        self.offer(to_csv(self.rows_of_log))
        self.ask()
        self.expect_all()
        first, *rest = self.exports("state", "since", "till", "reason_code")
        self.assertEqual(
            (first["state"], first["reason_code"]), ("cancelled", "export_cancelled")
        )
        self.assertEqual({export["state"] for export in rest}, {"done"})
        self.assertLess(rest[0]["till"], first["till"])
        self.assertGreaterEqual(rest[-1]["till"], first["till"])

    def test_after_a_kill_it_goes_on_with_the_next_row(self):
        self.offer(to_csv(self.rows_of_log))
        record = mindbox_export_read.MindboxExport._record
        seen = []

        def die(export, chunk):
            seen.append(len(chunk))
            if len(seen) == 3:
                raise MemoryError
            return record(export, chunk)

        with (
            patch.object(mindbox_export_read, "CHUNK", 1),
            patch.object(mindbox_export_read.MindboxExport, "_record", die),
            mute_logger("odoo.addons.mindbox_connector.models.job.mindbox_job"),
        ):
            self.ask()
        self.assertEqual(self.exports("row_number")[0]["row_number"], 2)
        self.ask()
        self.expect_all()
        self.assertEqual(self.exports("rows_read")[0]["rows_read"], 4)

    def test_asking_again_changes_nothing(self):
        self.offer(to_csv(self.rows_of_log))
        self.ask()
        before = self.rows("outcome", "state", "processed_at", "reason_code")
        self.ask()
        self.assertEqual(
            self.rows("outcome", "state", "processed_at", "reason_code"), before
        )
        self.assertEqual(self.exports("rows_matched")[-1]["rows_matched"], 0)

    def test_the_end_of_a_period_is_read_again(self):
        self.offer(to_csv(self.rows_of_log))
        self.ask()
        self.ask()
        first, second = self.exports("since", "till")
        self.assertEqual(first["till"] - second["since"], timedelta(minutes=10))

    def test_the_log_is_asked_back_14_days_at_most(self):
        self.accept(str(uuid.uuid4()))
        self.offer(to_csv(self.rows_of_log))
        self.ask()
        since = self.exports("since")[0]["since"]
        self.assertLess(fields.Datetime.now() - since, timedelta(days=14))

    def test_without_an_operation_nobody_asks(self):
        self.set_endpoint(log_export_operation=False)
        self.ask()
        self.assertFalse(self.find_exports())
        with self.transaction() as env, self.assertRaises(UserError):
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            endpoint.action_ask_for_outcomes()

    def test_one_export_at_a_time_is_asked_for(self):
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            endpoint._ask_for_outcomes(now=True)
            endpoint._ask_for_outcomes(now=True)
        self.assertEqual(len(self.find_exports()), 1)

    def test_until_the_interval_is_over_nobody_asks(self):
        self.offer(to_csv(self.rows_of_log))
        self.ask()
        self.ask(now=False)
        self.assertEqual(len(self.find_exports()), 1)

    def test_a_refused_export_says_why_and_is_asked_for_later(self):
        refusal = {"status": "ProtocolError", "errorMessage": "No such operation"}
        self.mindbox.answer = Reply(400, refusal)
        self.ask()
        [export] = self.exports("state", "reason_code")
        self.assertEqual(
            (export["state"], export["reason_code"]), ("failed", "operation_refused")
        )
        self.assertEqual(self.endpoint("state")["state"], "running")

    def test_a_file_at_an_unsafe_address_is_not_fetched(self):
        self.offer(to_csv(self.rows_of_log))
        with patch.object(self.mindbox, "url", "http://169.254.169.254"):
            self.ask()
        self.assertEqual(
            self.exports("reason_code")[0]["reason_code"], "export_address"
        )

    def test_the_key_does_not_go_where_the_files_are(self):
        self.offer(to_csv(self.rows_of_log))
        self.ask()
        for call in self.mindbox.calls:
            if call["path"].startswith("/files/"):
                self.assertNotIn("Authorization", call["headers"])

    def test_nothing_of_bodies_and_headers_is_kept(self):
        self.offer(to_csv(self.rows_of_log))
        self.ask()
        with self.transaction() as env:
            for table in ("mindbox_export", "mindbox_request", "queue_job"):
                env.cr.execute(f"SELECT t::text FROM {table} t")
                self.assertNotIn(CANARY, str(env.cr.fetchall()))
            env.cr.execute("SELECT count(urls) FROM mindbox_export")
            self.assertEqual(env.cr.fetchall(), [(0,)])
