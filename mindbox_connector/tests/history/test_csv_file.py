# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever is in a cell, a strict reader gets it back."""

import gzip
import io

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests.common import TransactionCase, tagged

from ...models.history.csv_file import BYTE_ORDER_MARK, CsvFile, read_plain, to_csv
from .common import read_csv

TEXT = st.text(max_size=30)


@tagged("post_install", "-at_install")
class TestCsvFile(TransactionCase):
    @settings(suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.lists(st.lists(TEXT, min_size=2, max_size=2), max_size=20))
    def test_a_strict_reader_gets_back_what_was_written(self, rows):
        csv_file = CsvFile(["A", "B"])
        csv_file.add(rows)
        content = gzip.decompress(csv_file.close())
        table = [["A", "B"], *([_clean(cell) for cell in row] for row in rows)]
        kept = [n for n in (0, 1) if not rows or any(row[n] for row in table[1:])]
        # Without a value in any row there is nothing that a file could say.
        expected = [[row[n] for n in kept] for row in table]
        self.assertEqual(read_csv(content), expected)

    def test_an_empty_cell_that_says_something_keeps_its_column(self):
        csv_file = CsvFile(["A", "B"], may_be_empty=["B"])
        csv_file.add([["a", ""], ["b", ""]])
        content = gzip.decompress(csv_file.close())
        self.assertEqual(read_csv(content), [["A", "B"], ["a", ""], ["b", ""]])

    def test_half_of_an_emoji_and_zeros_do_not_break_a_file(self):
        self.assertEqual(read_csv(to_csv([["a\0b", "\ud83d"]])), [["ab", "?"]])

    @settings(suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.sampled_from("=+-@\t\r"), TEXT)
    def test_nothing_in_a_downloaded_file_runs_as_a_formula(self, begin, text):
        csv_file = CsvFile(["Name", "Change"])
        csv_file.add([[begin + text, "-12.5"]])
        plain = b"".join(read_plain(io.BytesIO(csv_file.close())))
        _header, [name, change] = read_csv(plain.removeprefix(BYTE_ORDER_MARK))
        self.assertTrue(name.startswith("'") or name[1:].replace(".", "").isdecimal())
        self.assertEqual(change, "-12.5", "a number is no formula")

    def test_empty_cells_stay_empty(self):
        self.assertEqual(to_csv([[None, "", "x"]]), b";;x\r\n")


def _clean(cell):
    return cell.replace("\0", "").encode("utf-8", "replace").decode()
