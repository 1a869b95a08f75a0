# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An import in files, from the start to the end."""

import io

from odoo.tests.common import tagged

from ...models.history.csv_file import BYTE_ORDER_MARK, read_plain
from ..common import Reply
from .common import ImportCase, read_file


@tagged("post_install", "-at_install")
class TestImport(ImportCase):
    def test_customers_go_as_one_file_with_the_columns_of_the_contract(self):
        customers = self.make_customers('O"Hara; Mary', "Two\nLines")
        run = self.start()
        self.assertIsNone(self.work(run))
        self.assertEqual(run.state, "done")
        self.assertEqual(self.counts(run), (2, 0, 0, 2))
        [(operation, _transaction, rows)] = self.files()
        self.assertEqual(operation, "DirectCrm.Customers.Import")
        self.assertEqual([row[0] for row in rows], [str(c.id) for c in customers])
        [call] = self.mindbox.calls
        self.assertEqual(call["headers"]["Content-Encoding"], "gzip")
        self.assertEqual(call["query"]["csvColumnDelimiter"], ";")
        header = read_file(call)[0]
        self.assertEqual(header[:2], ["ExternalIdentitywebsiteID", "Email"])
        self.assertNotIn("TimeZone", header)

    def test_a_file_leaves_out_what_nobody_in_it_has(self):
        anna, berta = self.make_customers("Anna", "Berta")
        self.work(self.start())
        self.assertNotIn("MobilePhone", read_file(self.mindbox.calls[0])[0])
        self.assertNotIn(
            "MobilePhone",
            self.env["mindbox.request"].search([("event", "=", "import_file")]).payload,
        )
        berta.phone = "+7 999 123-45-67"
        self.work(self.start())
        header, *rows = read_file(self.mindbox.calls[1])
        phones = {row[0]: row[header.index("MobilePhone")] for row in rows}
        expected = {str(anna.id): "", str(berta.id): "79991234567"}
        self.assertEqual(phones, expected)

    def test_channels_are_spelled_as_files_have_them(self):
        (anna,) = self.make_customers("Anna")
        for channel in ("email", "webpush", "mobilepush"):
            self.env["mindbox.consent"].create(
                {"partner_id": anna.id, "channel": channel, "is_subscribed": True}
            )
        self.work(self.start())
        header = read_file(self.mindbox.calls[0])[0]
        for channel in ("Email", "WebPush", "MobilePush"):
            self.assertIn(f"IsSubscribedBy{channel}", header)

    def test_a_file_shows_among_the_requests_without_its_content(self):
        self.make_customers("Anna Secret")
        self.work(self.start())
        request = self.env["mindbox.request"].search([("event", "=", "import_file")])
        self.assertEqual(request.state, "sent")
        self.assertEqual(request.mode, "bulk")
        self.assertEqual(request.transaction_id, self.files()[0][1])
        self.assertNotIn("Secret", request.payload)

    def test_a_file_is_gone_once_mindbox_has_accepted_it(self):
        self.make_customers("Anna")
        run = self.start()
        self.work(run)
        self.assertFalse(run.chunk_ids.content_id)
        stored = [("res_model", "=", "mindbox.import.chunk")]
        self.assertFalse(self.env["ir.attachment"].search(stored))

    def test_names_that_lose_something_are_told_once_before_the_import(self):
        self.make_customers("Анна", "Zoe", "Ян " * 50, "Ann")
        losses = self.make_import()._preview()["losses"]
        self.assertEqual(sorted(losses.values()), [1, 2])
        self.assertTrue(any("A Z e n o" in sentence for sentence in losses), losses)

    def test_who_has_no_contact_is_skipped_with_the_reason(self):
        self.make_customers("Anna")
        nobody = self.env["res.partner"].create({"name": "Nobody"})
        run = self.start()
        self.work(run)
        self.assertEqual(self.counts(run), (1, 0, 1, 2))
        self.assertEqual(run.line_ids.res_id, nobody.id)
        self.assertIn("No contact", run.line_ids.reason)

    def test_archived_customers_go_only_where_that_is_wanted(self):
        self.make_customers("Anna").active = False
        run = self.start()
        self.work(run)
        self.assertEqual(self.counts(run), (0, 0, 1, 1))
        run = self.start(include_archived=True)
        self.work(run)
        self.assertEqual(self.counts(run), (1, 0, 0, 1))

    def test_what_changed_while_a_file_was_on_its_way_is_told_again(self):
        customer = self.make_customers("Anna")
        run = self.start()
        self.mindbox.answer = Reply(503)
        self.work(run)
        customer.name = "Berta"
        self.env["mindbox.source"]._mindbox_flush()
        self.env["mindbox.request"].search([("event", "=", "customer_edit")]).write(
            {"state": "sent"}
        )
        # As if that had been a transaction of its own.
        self.env.cr.postcommit.clear()
        self.mindbox.answer = Reply()
        self.endpoint.held_until = False
        self.work(run)
        self.env["mindbox.source"]._mindbox_flush()
        again = self.env["mindbox.request"].search(
            [("res_id", "=", customer.id), ("state", "=", "pending")]
        )
        self.assertEqual(again.event, "customer_edit")

    def test_never_more_files_than_sixty_an_hour(self):
        self.endpoint.files_per_hour = 2
        self.make_customers("Anna", "Berta", "Clara")
        run = self.start(chunk_rows=1)
        self.assertTrue(self.work(run))
        self.assertEqual(len(self.mindbox.calls), 2)
        self.assertIn("Waits", run.status)

    def test_pause_keeps_the_place_and_cancel_forgets_the_files(self):
        self.make_customers("A", "B", "C")
        self.endpoint.files_per_hour = 1
        run = self.start(chunk_rows=1)
        self.work(run)
        run.action_pause()
        self.assertIsNone(self.work(run))
        self.assertEqual((run.state, run.done), ("paused", 1))
        self.endpoint.files_per_hour = 60
        run.action_start()
        self.assertIsNone(self.work(run))
        self.assertEqual((run.state, run.done), ("done", 3))
        run = self.start(chunk_rows=1, way="files")
        run.action_cancel()
        self.assertIsNone(self.work(run))
        self.assertEqual(run.state, "cancelled")

    def test_what_is_made_after_the_start_goes_its_usual_way(self):
        self.make_customers("A")
        run = self.start()
        self.env["res.partner"].create({"name": "Late", "email": "l@example.com"})
        self.work(run)
        self.assertEqual(self.counts(run), (1, 0, 0, 1))

    def test_files_are_kept_for_the_upload_by_hand_and_none_is_sent(self):
        self.make_customers("Анна")
        run = self.start(way="files")
        self.assertIsNone(self.work(run))
        self.assertEqual((run.state, run.done), ("done", 1))
        self.assertFalse(self.mindbox.calls)
        stored = io.BytesIO(run.chunk_ids.content_id.raw)
        content = b"".join(read_plain(stored))
        self.assertTrue(content.startswith(BYTE_ORDER_MARK))
        self.assertIn("Анна", content.decode("utf-8-sig"))

    def test_one_by_one_leaves_behind_the_events_of_the_shop(self):
        customer = self.make_customers("A")
        run = self.start(way="records")
        self.work(run)
        request = self.env["mindbox.request"].search([("import_chunk_id", "!=", False)])
        self.assertEqual(request.res_id, customer.id)
        self.assertEqual(request.event, "customer_edit")
        self.assertGreater(request.priority, 100)
        self.endpoint._claim(10, {}, [])
        self.assertIn('"fullName":"A"', request.payload)
        request.write({"state": "sent"})
        self.assertIsNone(self.work(run))
        self.assertEqual(self.counts(run), (1, 0, 0, 1))
