# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The files of bulk operations, written piece by piece: any size, little memory.

Contract: https://developers.mindbox.ru/docs/data-import-limitations
"""

import csv
import gzip
import io
import tempfile

from ...client import BULK_DIALECT

# So much of a file stays in memory; the rest goes to the disk.
SPOOLED = 4 * 1024 * 1024
COMPRESSION = 5
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
FILE_CHUNK_BYTES = 256 * 1024
SHAPE = {
    "delimiter": BULK_DIALECT["csvColumnDelimiter"],
    "quotechar": BULK_DIALECT["csvTextQualifier"],
    # A cell is quoted where it holds one of these.
    "lineterminator": "\r\n",
}


class CsvFile:
    """A CSV file that is compressed while it is written.

    :param list header: the names of the columns
    """

    def __init__(self, header):
        self.rows = 0
        self.size = 0
        self._spool = tempfile.SpooledTemporaryFile(SPOOLED)
        self._zip = gzip.GzipFile(
            fileobj=self._spool, mode="wb", compresslevel=COMPRESSION, mtime=0
        )
        self._write([header])

    def add(self, rows):
        """Add rows of texts; None is an empty cell."""
        self._write(rows)
        self.rows += len(rows)

    def _write(self, rows):
        content = to_csv(rows)
        self.size += len(content)
        self._zip.write(content)

    def close(self):
        """Return the compressed file as bytes."""
        self._zip.close()
        self._spool.seek(0)
        with self._spool:
            return self._spool.read()


def to_csv(rows):
    """Return rows as bytes of UTF-8; what is no text becomes a question mark."""
    text = io.StringIO(newline="")
    csv.writer(text, **SHAPE).writerows(rows)
    return text.getvalue().replace("\0", "").encode("utf-8", "replace")


def read_rows(content):
    """Yield the rows of a compressed file, the names of the columns first."""
    with gzip.open(io.BytesIO(content), "rt", encoding="utf-8", newline="") as text:
        yield from csv.reader(text, **SHAPE)


def read_plain(compressed):
    """Yield a compressed file in pieces, as a person opens it: with the mark of UTF-8.

    :param compressed: a binary file
    """
    yield BYTE_ORDER_MARK
    with gzip.GzipFile(fileobj=compressed) as plain:
        while piece := plain.read(FILE_CHUNK_BYTES):
            yield piece
