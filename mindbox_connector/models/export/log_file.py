# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The files of an operation log: rows are read one by one, and most of each is dropped.

Pure: no ORM. Bodies, headers and contacts stand in the file, too: of a row only what is
named in :data:`COLUMNS` is looked at.
"""

import csv
import re
from datetime import datetime, timezone

from lxml import etree

from ...answers import shorten
from ...exceptions import MindboxRejected
from ..outbox.mindbox_late import Told
from .json_list import LONGEST as LONGEST_FIELD
from .json_list import READ_SIZE, open_text, read_objects

COLUMNS = {
    name: f"operationlog{name}"
    for name in (
        "transactionid",
        "url",
        "status",
        "haserrors",
        "errormessages",
        "enddatetimeutc",
    )
}
NEEDED = frozenset(("url", "transactionid")), frozenset(("status",))
TRANSACTION = re.compile(r"[?&]transactionId=([0-9a-f-]{36})(?:&|$)", re.IGNORECASE)
# What a repeated call says of itself: the first one tells its own outcome.
REPEATED = re.compile(r"already (been )?processed|уже была? обработан", re.IGNORECASE)


def read_rows(file):
    """Yield the rows, as dicts of values by the keys of :data:`COLUMNS`.

    :param file: the bytes of the table, not compressed
    :raise MindboxRejected: it is no table of calls
    """
    text = open_text(file)
    start = text.read(1)
    read = READERS.get(start, _read_csv)
    try:
        yield from read(start, text)
    except (csv.Error, etree.XMLSyntaxError):
        raise MindboxRejected("export_unreadable") from None


def read_row(row, join):
    """Return what a row tells as :class:`Told`, None where that is nothing.

    :param dict row: see :func:`read_rows`
    :param str join: the column that has our transaction ID, ``url`` or ``transaction``
    """
    transaction_id = _get_transaction_id(row, join)
    messages = shorten(str(row.get("errormessages") or ""))
    outcome = _get_outcome(row)
    if not transaction_id or not outcome or REPEATED.search(messages):
        return None
    return Told(transaction_id, outcome, messages, _get_moment(row))


def _get_transaction_id(row, join):
    if join == "url":
        found = TRANSACTION.search(str(row.get("url") or ""))
        return found and found[1].lower()
    return str(row.get("transactionid") or "").lower()


def _get_outcome(row):
    status = str(row.get("status") or "").lower()
    if status == "failed":
        return "failed"
    if status != "completed":
        return None
    has_errors = str(row.get("haserrors") or "").lower() == "true"
    return "with_remarks" if has_errors else "processed"


def _get_moment(row):
    """Return when the call was over, as of UTC; None where that cannot be read."""
    try:
        moment = datetime.fromisoformat(str(row.get("enddatetimeutc") or ""))
    except ValueError:
        return None
    if moment.tzinfo:
        moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
    return moment


# === CSV === #


def _read_csv(start, text):
    """Yield the rows of a CSV file, the columns that are needed only."""
    csv.field_size_limit(max(LONGEST_FIELD, csv.field_size_limit()))
    header = start + text.readline()
    delimiter = ";" if header.count(";") > header.count(",") else ","
    names = next(csv.reader([header], delimiter=delimiter), [])
    places = _find_columns(names)
    for values in csv.reader(text, delimiter=delimiter):
        if values:
            yield {
                name: values[place]
                for name, place in places.items()
                if place < len(values)
            }


def _find_columns(names):
    """Return {key of COLUMNS: place} of the columns that there are."""
    given = {name.strip().lower(): place for place, name in enumerate(names)}
    places = {n: given[column] for n, column in COLUMNS.items() if column in given}
    _check_columns(places)
    return places


def _check_columns(found):
    """Check that there is what tells of a call.

    :raise MindboxRejected: of whom it is, or what became of it, is missing
    """
    if not all(found.keys() & needed for needed in NEEDED):
        raise MindboxRejected("export_unreadable")


# === JSON === #


def _read_json(start, text):
    """Yield the rows of a JSON file: the objects of its list, one at a time."""
    try:
        for values in read_objects(start, text):
            given = {name.lower(): value for name, value in values.items()}
            row = {n: given[column] for n, column in COLUMNS.items() if column in given}
            _check_columns(row)
            yield row
    except MindboxRejected:
        raise MindboxRejected("export_unreadable") from None


# === XML === #


def _read_xml(start, text):
    """Yield the rows of an XML file: elements with columns, one at a time.

    :raise MindboxRejected: it is something else than a log
    """
    parser = etree.XMLPullParser(
        resolve_entities=False, no_network=True, huge_tree=True
    )
    is_log, chunk = False, start
    while chunk:
        parser.feed(chunk.encode())
        for _event, element in parser.read_events():
            row = _get_columns(element)
            if row:
                _check_columns(row)
                is_log = True
                yield row
                _drop_rows(element)
            elif _get_name(element) not in KEYS:
                # Bodies and headers are not kept.
                element.clear(keep_tail=False)
        chunk = text.read(READ_SIZE)
    # Of a file that breaks off this raises, too.
    root = parser.close()
    if not is_log and "log" not in _get_name(root):
        raise MindboxRejected("export_unreadable")


def _drop_rows(element):
    """Keep neither a row that was read nor those before it."""
    element.clear(keep_tail=False)
    while element.getprevious() is not None:
        del element.getparent()[0]


def _get_columns(element):
    found = ((KEYS.get(_get_name(child)), child.text) for child in element)
    return {name: value for name, value in found if name}


def _get_name(element):
    # A comment's tag is no text.
    named = isinstance(element.tag, str)
    return etree.QName(element).localname.lower() if named else ""


KEYS = {column: name for name, column in COLUMNS.items()}
# How a file is read, by its first character; a table without one of these is CSV.
READERS = {"{": _read_json, "[": _read_json, "<": _read_xml}
