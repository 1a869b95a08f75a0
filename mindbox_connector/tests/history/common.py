# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the tests of importing share."""

import csv
import gzip
import io
from datetime import timedelta

from odoo import fields
from odoo.tests.common import TransactionCase

from odoo.addons.queue_job.exception import RetryableJobError

from ..common import KEY, LocalMindbox, Reply


def read_file(call):
    """Return the rows of the file of a call, zipped or not."""
    zipped = call["headers"].get("Content-Encoding") == "gzip"
    return read_csv(gzip.decompress(call["body"]) if zipped else call["body"])


def read_csv(content):
    """Read a file as strictly as Mindbox: a broken quotation is an error."""
    text = io.StringIO(content.decode("utf-8"), newline="")
    return list(csv.reader(text, delimiter=";", quotechar='"', strict=True))


class ImportCase(TransactionCase):
    """An integration point and a Mindbox; jobs are run by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mindbox = LocalMindbox()
        cls.addClassCleanup(cls.mindbox.close)
        cls.endpoint = cls.env["mindbox.endpoint"].create(
            {
                "name": "History",
                "url": cls.mindbox.url,
                "endpoint_code": "history.Website",
                "secret_key": KEY,
                "state": "running",
                "timeout": 5,
            }
        )
        cls.since = fields.Datetime.now()
        cls.env.cr.execute(
            "UPDATE res_partner SET create_date = create_date - interval '9 days'"
        )
        cls.today = fields.Date.today()

    def setUp(self):
        super().setUp()
        self.mindbox.answer = Reply()
        self.mindbox.calls.clear()
        # Everything happens in the one transaction of the test.
        imports = type(self.env["mindbox.import"])
        self.patch(imports, "_commit", lambda run: None)
        self.patch(imports, "_committed", lambda run, work: work())

    def make_customers(self, *names):
        return self.env["res.partner"].create(
            [
                {"name": name, "email": f"history{number}@example.com"}
                for number, name in enumerate(names)
            ]
        )

    def make_import(self, kind="customers", **values):
        defaults = {"endpoint_id": self.endpoint.id, "kind": kind}
        if kind == "customers":
            defaults["date_from"] = self.today - timedelta(days=1)
        return self.env["mindbox.import"].create(defaults | values)

    def work(self, run):
        """Run the job once; return the seconds it wants to wait for, or None."""
        try:
            run._work()
        except RetryableJobError as again:
            return again.seconds
        finally:
            self.env.invalidate_all()
        return None

    def start(self, kind="customers", **values):
        run = self.make_import(kind, **values)
        run.action_start()
        return run

    def files(self):
        """Return (operation, transaction ID, rows without the header) of each call."""
        return [
            (
                call["query"]["operation"],
                call["query"]["transactionId"],
                read_file(call)[1:],
            )
            for call in self.mindbox.calls
        ]

    def counts(self, run):
        return run.done, run.rejected, run.skipped, run.total
