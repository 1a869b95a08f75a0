"""The zipped files of an export."""

import csv
import gzip
import io
import json
from types import SimpleNamespace
from xml.sax.saxutils import escape

from .rows import NAMES, row

OPENINGS = {"json": '{"%s":[', "xml": "<%s>"}
ENDINGS = {"json": "]}", "xml": "</operationLogs>"}


class Writer:
    """One file in the making: rows go in, a zipped file comes out."""

    def __init__(self, path, kind, opening="operationLogs"):
        self.path, self.kind, self.first = path, kind, True
        self.zipped = gzip.open(path, "wb", compresslevel=1)
        self.buffer = io.StringIO(newline="")
        self.csv = csv.writer(self.buffer)
        if kind == "csv":
            self.csv.writerow(NAMES)
        if kind in OPENINGS:
            self.buffer.write(OPENINGS[kind] % opening)

    def write(self, values):
        if self.kind == "csv":
            self.csv.writerow(values)
        elif self.kind == "xml":
            cells = zip(NAMES, values, strict=True)
            row = "".join(f"<{name}>{escape(str(x))}</{name}>" for name, x in cells)
            self.buffer.write(f"<operationLog>{row}</operationLog>")
        else:
            if not isinstance(values, dict):
                values = dict(zip(NAMES, values, strict=True))
            comma = "" if self.first else ","
            self.buffer.write(comma + json.dumps(values))
        self.first = False

    def flush(self):
        self.zipped.write(self.buffer.getvalue().encode())
        self.buffer.seek(0)
        self.buffer.truncate()

    def close(self):
        self.buffer.write(ENDINGS.get(self.kind, ""))
        self.flush()
        self.zipped.close()


def parts(number, settings):
    """How many rows each file has."""
    if settings["export_files"]:
        files = settings["export_files"]
        return [number // files + (at < number % files) for at in range(files)]
    most = settings["export_rows"]
    return [min(most, number - at) for at in range(0, number, most)] or [0]


def somebody_elses(conditions, began):
    """A call of somebody else, as they are in a real project's log."""
    state = conditions.state or "completed"
    name = next(iter(conditions.operations), "Other.Operation")
    return SimpleNamespace(
        at=conditions.since or began,
        seq=0,
        executed=None if state == "processing" else began,
        operation=name,
        endpoint_id=conditions.endpoint or "other.Site",
        has_errors=bool(conditions.has_errors) or state == "failed",
        warnings=(),
        error="Somebody else's error" if state == "failed" else None,
        device_uuid=None,
        state=state,
        mode="async",
        query={"operation": name, "transactionId": ""},
        transaction_id="",
        headers={},
        auth_scheme=None,
        body=b"{}",
        answer=b'{"status":"Success"}',
        http_status=200,
    )


def filler(number, conditions, began, first=1):
    """So many rows that differ by their transaction only."""
    values = row(somebody_elses(conditions, began))
    url = NAMES.index("OperationLogUrl")
    for at in range(first, first + number):
        transaction = f"00000000-0000-4000-8000-{at:012x}"
        yield [
            transaction,
            *values[1:url],
            values[url] + transaction,
            *values[url + 1 :],
        ]


def rows(calls, conditions, settings, began):
    """Rows of the calls, with those of others before and after them."""
    half = settings["export_filler"] // 2
    yield from filler(half, conditions, began)
    for call in calls:
        yield row(call, settings["export_id"] == "transaction")
    yield from filler(settings["export_filler"] - half, conditions, began, half + 1)
