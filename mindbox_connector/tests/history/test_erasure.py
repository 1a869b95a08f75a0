# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Erased customers are taken out of the files of imports, wherever those are."""

import gzip

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ...client import MindboxClient
from ..common import Reply
from .common import ImportCase, read_csv

DOWN = Reply(503)


@tagged("post_install", "-at_install")
class TestErasure(ImportCase):
    def setUp(self):
        super().setUp()
        self.anna, self.berta, self.clara = self.make_customers(
            "Anna", "Berta", "Clara"
        )

    def make_order(self, customer, *names):
        products = self.env["product.product"].create([{"name": n} for n in names])
        lines = [Command.create({"product_id": product.id}) for product in products]
        order = self.env["sale.order"].create(
            {"partner_id": customer.id, "order_line": lines}
        )
        order.action_confirm()
        return order

    def make_card(self, customer, points):
        program = {"name": "Club", "program_type": "loyalty"}
        return self.env["loyalty.card"].create(
            {
                "program_id": self.env["loyalty.program"].create(program).id,
                "partner_id": customer.id,
                "code": f"{customer.name}-4711",
                "points": points,
            }
        )

    def freeze(self, kind, reply=DOWN, **values):
        """Start an import that does not get its file through; return it."""
        self.env["mindbox.source"]._mindbox_flush()
        self.env.cr.postcommit.clear()
        run = self.start(kind, more_columns=False, **values)
        self.mindbox.answer = reply
        self.work(run)
        return run

    def go_on(self, run):
        self.mindbox.answer = Reply()
        self.endpoint.held_until = False
        self.work(run)

    def stored(self, run):
        """Return the rows of the stored files of an import."""
        files = run.chunk_ids.content_id.mapped("raw")
        return [row for file in files for row in read_csv(gzip.decompress(file))[1:]]

    def test_a_file_that_was_tried_leaves_without_them_and_with_another_key(self):
        run = self.freeze("customers")
        self.berta.action_mindbox_erase()
        self.go_on(run)
        (_, before, rows), (_, after, left) = self.files()
        self.assertEqual(left, [rows[0], rows[2]])
        self.assertNotEqual(before, after)
        self.assertEqual(run.done, 2)
        told = self.env["mindbox.ledger"].search([("kind", "=", "customers")])
        self.assertEqual(told.partner_id, self.anna | self.clara)

    def test_an_order_goes_with_all_its_rows_and_no_others(self):
        self.make_order(self.anna, "Lamp", "Chair")
        order = self.make_order(self.berta, "Lamp", "Chair", "Table")
        self.make_order(self.clara, "Lamp")
        run = self.freeze("orders")
        before = self.stored(run)
        self.berta.action_mindbox_erase()
        left = [row for row in before if row[0] != order.name]
        self.assertEqual((len(before), self.stored(run)), (6, left))
        self.assertEqual(run.chunk_ids.rows, 3)

    def test_balances_that_were_tried_keep_their_key_and_so_count_once(self):
        card = self.make_card(self.anna, 5)
        self.make_card(self.berta, 0)
        self.make_card(self.clara, 7)
        self.env["mindbox.source"]._mindbox_flush()
        # Points that wait are no business of an import.
        self.env["mindbox.request"].search([]).unlink()
        run = self.freeze(
            "cards",
            lambda call: DOWN if "Balance" in call["query"]["operation"] else Reply(),
        )
        self.clara.action_mindbox_erase()
        card.points = 100
        self.go_on(run)
        (operation, before, rows), (_, after, left) = self.files()[1:]
        self.assertIn("Balance", operation)
        told = [row[:2] for row in rows]
        self.assertEqual(told, [["Anna-4711", "5"], ["Clara-4711", "7"]])
        self.assertEqual(left, rows[:1])
        self.assertEqual(before, after)

    def test_files_to_download_keep_none_of_their_rows(self):
        run = self.start("customers", way="files")
        self.work(run)
        self.assertEqual(run.state, "done")
        self.berta.action_mindbox_erase()
        ids = [row[0] for row in self.stored(run)]
        self.assertEqual(ids, [str(self.anna.id), str(self.clara.id)])

    def test_who_is_erased_while_a_file_is_being_built_does_not_leave(self):
        """The erasure did not see the file, and who built the file not the erasure."""
        run = self.freeze("customers")
        self.berta.mindbox_erased_at = fields.Datetime.now()
        self.go_on(run)
        ids = [row[0] for row in self.files()[-1][2]]
        self.assertEqual(ids, [str(self.anna.id), str(self.clara.id)])

    def test_an_answer_that_comes_after_the_erasure_is_not_kept(self):
        send = MindboxClient.send

        def erase_meanwhile(client, call):
            answer = send(client, call)
            self.berta.action_mindbox_erase()
            return answer

        self.patch(MindboxClient, "send", erase_meanwhile)
        echo = {"status": "Success", "echo": "Berta"}
        run = self.freeze("customers", Reply(body=echo))
        request = self.env["mindbox.request"].search([("event", "=", "import_file")])
        self.assertEqual((run.done, request.state), (2, "sent"))
        self.assertFalse(request.response)

    def test_lines_and_answers_that_may_name_them_go(self):
        self.mindbox.answer = Reply(
            400, {"status": "ProtocolError", "errorMessage": "Who is Berta?"}
        )
        run = self.start("customers")
        self.work(run)
        self.assertEqual(run.rejected, 3)
        self.berta.action_mindbox_erase()
        left = run.line_ids.mapped("res_id")
        self.assertEqual(sorted(left), [self.anna.id, self.clara.id])
        requests = self.env["mindbox.request"].search([("event", "=", "import_file")])
        self.assertTrue(requests)
        self.assertFalse(any(requests.mapped("response")))
        self.assertNotIn("Berta", str(requests.mapped("error")))

    def test_whoever_is_in_a_file_must_be_deleted_in_mindbox(self):
        """It may be on its way, or in the hands of who uploads it."""
        self.work(self.start("customers", way="files"))
        self.env["mindbox.request"].search([]).unlink()
        berta_id = self.berta.id
        self.berta.unlink()
        listed = self.env["mindbox.erasure"].search([])
        self.assertIn(str(berta_id), listed.mapped("customer_id_value"))
