# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rows of a bulk import as text that Mindbox can take in.

Contract: https://developers.mindbox.ru/docs/data-import-limitations
"""

import csv
import io

from ...client import BULK_DIALECT

SHAPE = {
    "delimiter": BULK_DIALECT["csvColumnDelimiter"],
    "quotechar": BULK_DIALECT["csvTextQualifier"],
    # A cell is quoted where it holds one of these.
    "lineterminator": "\r\n",
}


def to_csv(rows):
    """Return rows as bytes of UTF-8; what is no text becomes a question mark."""
    text = io.StringIO(newline="")
    csv.writer(text, **SHAPE).writerows(rows)
    return text.getvalue().replace("\0", "").encode("utf-8", "replace")


def read_cells(text):
    """Return the set of all cells of such rows."""
    rows = csv.reader(io.StringIO(text, newline=""), **SHAPE)
    return {cell for row in rows for cell in row}
