# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import io
import tracemalloc

from odoo.tests import BaseCase, tagged

from ...exceptions import MindboxRejected
from ...models.export.log_file import read_row, read_rows
from .common import CANARY, log_row, to_csv, to_json, to_xml

ID = "11111111-2222-4333-8444-555555555555"


def read(table, join="url"):
    return [read_row(row, join) for row in read_rows(io.BytesIO(table))]


@tagged("post_install", "-at_install")
class TestLogFile(BaseCase):
    def test_tables_are_read_whatever_their_form(self):
        rows = [log_row(ID), log_row(ID, "failed", "Заказ не найден")]
        tables = (to_csv(rows), to_csv(rows, ";"), to_json(rows), to_xml(rows))
        for table in tables:
            told = read(table)
            self.assertEqual([one.outcome for one in told], ["processed", "failed"])
            self.assertEqual({one.transaction_id for one in told}, {ID})
            self.assertEqual(told[1].messages, "Заказ не найден")
            self.assertEqual(str(told[0].at), "2026-03-05 10:00:01.500000")

    def test_errors_of_a_completed_call_are_remarks(self):
        [told] = read(to_csv([log_row(ID, messages="/customer/email: no e-mail")]))
        self.assertEqual(told.outcome, "with_remarks")

    def test_a_call_that_is_not_over_tells_nothing(self):
        self.assertEqual(read(to_csv([log_row(ID, "processing")])), [None])

    def test_a_repeat_of_a_call_tells_nothing_of_the_first_one(self):
        said = f"Транзакция с идентификатором transactionId={ID} уже была обработана."
        self.assertEqual(read(to_csv([log_row(ID, "failed", said)])), [None])

    def test_a_call_of_somebody_else_has_no_transaction_of_ours(self):
        self.assertEqual(read(to_csv([log_row("")])), [None])

    def test_the_transaction_is_in_the_column_where_the_setting_says_so(self):
        row = log_row("", TransactionId=ID.upper())
        [told] = read(to_csv([row]), "transaction")
        self.assertEqual(told.transaction_id, ID)

    def test_bodies_and_headers_are_dropped(self):
        for write in (to_csv, to_json, to_xml):
            self.assertNotIn(CANARY, str(read(write([log_row(ID)]))))

    def test_what_is_no_table_of_calls_is_said_to_be_none(self):
        tables = (b"", b"<html>", b"<a><b/></a>", b"a,b\n1,2\n")
        for table in (*tables, b'{"x": 1}', b'[{"x": 1}]'):
            with self.subTest(table=table), self.assertRaises(MindboxRejected):
                read(table)

    def test_a_file_that_breaks_off_is_noticed(self):
        for write in (to_json, to_xml):
            with self.subTest(write=write), self.assertRaises(MindboxRejected):
                read(write([log_row(ID)] * 3)[:-40])

    def test_an_xml_file_without_calls_is_empty(self):
        self.assertEqual(read(to_xml([])), [])

    def test_a_long_xml_file_is_not_kept_in_memory(self):
        rows = [log_row(ID, ResponseBody="x" * 10_000)] * 2000
        table = to_xml(rows)
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        for _row in read_rows(io.BytesIO(table)):
            pass
        _now, most = tracemalloc.get_traced_memory()
        self.assertLess(most, 5_000_000)

    def test_an_xml_file_names_no_other_file(self):
        """What it points at is not read."""
        entity = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
        log = b"<operationLogs><operationLog>&e;</operationLog></operationLogs>"
        self.assertEqual(read(entity + log), [])
