# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever Mindbox or a record is like, an import goes on or says why not."""

import gzip

from odoo.tests.common import tagged
from odoo.tools import mute_logger

from ...models.history.mindbox_import_answer import REFUSALS_TO_PAUSE
from ..common import Reply
from .common import ImportCase


@tagged("post_install", "-at_install")
class TestImportFaults(ImportCase):
    def test_a_retry_sends_the_same_bytes_with_the_same_key(self):
        customer = self.make_customers("Anna")
        run = self.start()
        self.mindbox.answer = Reply(503)
        self.assertTrue(self.work(run))
        customer.name = "Berta"
        self.mindbox.answer = Reply()
        self.endpoint.held_until = False
        self.assertIsNone(self.work(run))
        first, second = self.mindbox.calls
        self.assertEqual(first["body"], second["body"])
        self.assertEqual(
            first["query"]["transactionId"], second["query"]["transactionId"]
        )
        self.assertEqual(run.done, 1)

    def test_an_outage_holds_the_integration_point_and_the_import_goes_on_after(self):
        self.make_customers("Anna")
        run = self.start()
        # The hold of an outage that has just begun may be over before it is looked at.
        self.endpoint.failures = 3
        self.mindbox.answer = Reply(503)
        wait = self.work(run)
        self.assertTrue(wait)
        self.assertTrue(self.endpoint.held_until)
        self.assertEqual(run.state, "running")
        self.assertIn("Waits", run.status)

    def test_a_limit_of_files_holds_the_import_and_not_the_shop(self):
        self.make_customers("Anna")
        run = self.start()
        self.mindbox.answer = Reply(429)
        self.assertGreater(self.work(run), 100)
        self.assertFalse(self.endpoint.held_until)
        self.assertTrue(run.held_until)

    def test_refused_credentials_pause_with_an_activity_and_nothing_is_lost(self):
        self.make_customers("Anna")
        run = self.start()
        self.mindbox.answer = Reply(401)
        self.work(run)
        self.assertEqual(self.endpoint.state, "paused")
        self.assertTrue(self.endpoint.activity_ids)
        self.assertEqual(run.state, "running")
        self.mindbox.answer = Reply()
        self.endpoint.action_start()
        self.assertIsNone(self.work(run))
        self.assertEqual(run.done, 1)

    def test_a_record_for_which_files_are_refused_is_found_and_the_rest_goes(self):
        customers = self.make_customers("A", "B", "Poison", "D", "E", "F", "G")

        def answer(call):
            bad = b"Poison" in gzip.decompress(call["body"])
            return Reply(400, {"status": "ProtocolError"}) if bad else Reply()

        self.mindbox.answer = answer
        run = self.start()
        self.assertIsNone(self.work(run))
        self.assertEqual(self.counts(run), (6, 1, 0, 7))
        self.assertEqual(run.line_ids.res_id, customers[2].id)
        accepted = [
            row[0]
            for call, (_operation, _key, rows) in zip(
                self.mindbox.calls, self.files(), strict=True
            )
            if b"Poison" not in gzip.decompress(call["body"])
            for row in rows
        ]
        expected = [str(c.id) for c in customers - customers[2]]
        self.assertEqual(sorted(accepted), sorted(expected))
        keys = [key for _operation, key, _rows in self.files()]
        self.assertEqual(len(keys), len(set(keys)), "a new file needs a new key")

    def test_an_import_of_which_every_file_is_refused_stops_and_tells(self):
        self.make_customers(*map(str, range(40)))
        self.mindbox.answer = Reply(400, {"status": "ProtocolError"})
        run = self.start(chunk_rows=1)
        self.work(run)
        self.assertEqual(run.state, "paused")
        self.assertIn("refuses one file after another", run.pause_reason)
        self.assertTrue(run.activity_ids)
        self.assertEqual(len(self.mindbox.calls), REFUSALS_TO_PAUSE)

    @mute_logger("odoo.addons.mindbox_connector.models.history.mindbox_import_reader")
    def test_a_record_that_cannot_be_read_is_rejected_and_the_rest_goes(self):
        customers = self.make_customers("A", "B", "C")
        reader = type(self.env["mindbox.import.customers"])
        check = reader._check

        def fail(self, run, row):
            if row["id"] == customers[1].id:
                raise ZeroDivisionError
            return check(self, run, row)

        self.patch(reader, "_check", fail)
        run = self.start()
        self.work(run)
        self.assertEqual(self.counts(run), (2, 1, 0, 3))
        self.assertIn("cannot be built", run.line_ids.reason)
