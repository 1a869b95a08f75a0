# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The files of bulk operations, written piece by piece: any size, little memory.

Contract: https://developers.mindbox.ru/docs/data-import-limitations
"""

import csv
import gzip
import io
import tempfile
from itertools import islice

from ..outbox.csv_text import SHAPE, to_csv

# So much of a file stays in memory; the rest goes to the disk.
SPOOLED = 4 * 1024 * 1024
COMPRESSION = 5
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Rows that are read again at once, where a file is written anew or downloaded.
ROWS_READ = 1000
# How what a spreadsheet runs begins.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class CsvFile:
    """A CSV file that is compressed while it is written.

    A column in which no row has a value is left out in the end: Mindbox fails a file
    with an empty column.

    :param list header: the names of the columns
    :param may_be_empty: those that stay in any case, since an empty cell says something
    """

    def __init__(self, header, may_be_empty=()):
        self.rows = 0
        self.size = 0
        self._header = header
        self._empty = {n for n, name in enumerate(header) if name not in may_be_empty}
        self._spool = tempfile.SpooledTemporaryFile(SPOOLED)
        self._zip = gzip.GzipFile(
            fileobj=self._spool, mode="wb", compresslevel=COMPRESSION, mtime=0
        )
        self._write([header])

    def add(self, rows):
        """Add rows of texts; None is an empty cell."""
        self._write(rows)
        self.rows += len(rows)
        for row in rows if self._empty else ():
            self._empty -= {place for place in self._empty if _is_filled(row[place])}

    def _write(self, rows):
        content = to_csv(rows)
        self.size += len(content)
        self._zip.write(content)

    def close(self):
        """Return the compressed file as bytes."""
        self._zip.close()
        self._spool.seek(0)
        with self._spool:
            if self.rows and self._empty:
                return self._write_without_empty_columns()
            return self._spool.read()

    def _write_without_empty_columns(self):
        filled = [n for n in range(len(self._header)) if n not in self._empty]
        with gzip.open(self._spool, "rt", encoding="utf-8", newline="") as text:
            reader = csv.reader(text, **SHAPE)
            header = next(reader)
            narrow = CsvFile([header[place] for place in filled])
            while rows := list(islice(reader, ROWS_READ)):
                narrow.add([[row[place] for place in filled] for row in rows])
        return narrow.close()


def _is_filled(cell):
    return bool(cell and cell.strip("\0"))


def read_rows(content):
    """Yield the rows of a compressed file, the names of the columns first."""
    with gzip.open(io.BytesIO(content), "rt", encoding="utf-8", newline="") as text:
        yield from csv.reader(text, **SHAPE)


def read_plain(compressed):
    """Yield a compressed file in pieces, as a person opens it: with the mark of UTF-8,
    and without a cell that a spreadsheet takes for a formula.

    :param compressed: a binary file
    """
    yield BYTE_ORDER_MARK
    with gzip.open(compressed, "rt", encoding="utf-8", newline="") as text:
        reader = csv.reader(text, **SHAPE)
        while rows := list(islice(reader, ROWS_READ)):
            yield to_csv([[_disarm(cell) for cell in row] for row in rows])


def _disarm(cell):
    """Put an apostrophe before what would run as a formula, as OWASP advises.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    return f"'{cell}" if cell.startswith(FORMULA) and not _is_number(cell) else cell


def _is_number(cell):
    return cell[1:].replace(".", "", 1).isdecimal()
