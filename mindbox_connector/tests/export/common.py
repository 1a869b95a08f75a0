# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the tests of outcomes share: a Mindbox with an operation log to export."""

import csv
import gzip
import io
import json
from contextlib import closing

from lxml import etree

from odoo import SUPERUSER_ID, api

from odoo.addons.queue_job.exception import RetryableJobError

from ..common import RealCase, Reply

OPERATION = "Website.ExportOperationLogs"
URL = "https://api.mindbox.ru/v3/operations/async?operation=Website.Edit&transactionId="
COLUMNS = (
    "TransactionId EndDateTimeUtc HasErrors ErrorMessages Status Url RequestHeaders "
    "RequestBody ResponseBody"
).split()
NAMES = [f"OperationLog{name}" for name in COLUMNS]
CANARY = "canary-of-a-body"


def log_row(transaction_id, status="completed", messages="", errors=None, **values):
    """Return a row of the log, with personal data in what nobody should read."""
    errors = bool(messages) if errors is None else errors
    row = {
        "TransactionId": f"own-{transaction_id}",
        "EndDateTimeUtc": "2026-03-05 10:00:01.500",
        "HasErrors": str(errors).lower(),
        "ErrorMessages": messages,
        "Status": status,
        "Url": f"{URL}{transaction_id}",
        "RequestHeaders": f'{{"Authorization": "{CANARY}"}}',
        "RequestBody": f'{{"customer": {{"email": "{CANARY}@example.com",\n"a": 1}}}}',
        "ResponseBody": CANARY,
        **values,
    }
    return [row[name] for name in COLUMNS]


def to_csv(rows, delimiter=","):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([NAMES, *rows])
    return text.getvalue().encode("utf-8-sig")


def to_json(rows):
    return json.dumps(
        {"operationLogs": [dict(zip(NAMES, row, strict=True)) for row in rows]}
    ).encode()


def to_xml(rows):
    root = etree.Element("operationLogs")
    for row in rows:
        log = etree.SubElement(root, "operationLog")
        for name, value in zip(NAMES, row, strict=True):
            etree.SubElement(log, name).text = value
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


class ExportCase(RealCase):
    """An integration point that exports logs, and a Mindbox that has some."""

    def setUp(self):
        super().setUp()
        self.set_endpoint(log_export_operation=OPERATION)
        self.files = []
        # What Mindbox says of the export, one after the other; then it is ready.
        self.sayings = []
        self.mindbox.answer = self.answer

    def answer(self, call):
        if call["path"].startswith("/files/"):
            return self.files[int(call["path"].rpartition("/")[2])]
        body = json.loads(call["body"])
        if "exportId" not in body:
            return Reply(body={"status": "Success", "exportId": "e-1"})
        status = self.sayings.pop(0) if self.sayings else {"processingStatus": "Ready"}
        if status["processingStatus"] == "Ready":
            urls = [f"{self.mindbox.url}/files/{n}" for n in range(len(self.files))]
            status = status | {"urls": urls}
        return Reply(body={"status": "Success", "exportResult": status})

    def offer(self, *tables):
        """Let the log be in some files, zipped."""
        self.files = [Reply(body=gzip.compress(table)) for table in tables]

    def accept(self, *transaction_ids, **values):
        """Put accepted asynchronous requests into the outbox."""
        return self.insert(
            *(
                {
                    "transaction_id": transaction_id,
                    "state": "sent",
                    "outcome": "unknown",
                    "sent_at": "2026-03-05 10:00:00",
                    **values,
                }
                for transaction_id in transaction_ids
            )
        )

    def ask(self, now=True):
        """Ask what became of the calls, and do all that a job would do for it."""
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            endpoint._ask_for_outcomes(now=now)
        while ids := self.find_exports("making", "reading"):
            for export_id in ids:
                if not self.work(export_id):
                    return

    def work(self, export_id):
        """Work on an export as queue_job does; return whether it may go on."""
        with closing(self.registry.cursor()) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            try:
                env["mindbox.export"].browse(export_id)._work()
                cr.commit()  # pylint: disable=invalid-commit
            except RetryableJobError as error:
                return error.seconds < 60
        return True

    def find_exports(self, *states):
        with self.transaction() as env:
            domain = [("endpoint_id", "=", self.endpoint_id)]
            if states:
                domain.append(("state", "in", states))
            return env["mindbox.export"].search(domain).ids

    def exports(self, *names):
        with self.transaction() as env:
            domain = [("endpoint_id", "=", self.endpoint_id)]
            return env["mindbox.export"].search_read(domain, names, order="id")

    def outcomes(self):
        rows = self.rows("transaction_id", "outcome")
        return {row["transaction_id"]: row["outcome"] for row in rows}
