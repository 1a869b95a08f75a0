# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the tests of exports share: rows are taken as they stand in a file."""

from datetime import timedelta

from odoo import fields

from .common import InboundCase


class ExportedCase(InboundCase):
    """An integration point that is asked by hand; its exports are read from lists."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What Mindbox was told in the test is settled when an export is asked for.
        cls.asked_at = fields.Datetime.now() + timedelta(hours=1)

    def read_export(self, kind, *rows, subject=False):
        """Read an export of some rows, have it applied; return what was news."""
        export = self.make_export(kind, subject)
        export._record(list(rows))
        export._finish()
        self.endpoint._apply_inbound()
        return export.rows_matched

    def make_export(self, kind, subject=False):
        return self.env["mindbox.export"].create(
            {
                "endpoint_id": self.endpoint.id,
                "kind": kind,
                "subject": subject,
                "since": "2026-03-01",
                "till": "2026-03-06",
                "asked_at": self.asked_at,
                "state": "reading",
            }
        )

    def ids(self, customer=None):
        return {
            "mindboxId": 5,
            self.endpoint.customer_id_name: str((customer or self.customer).id),
        }

    def calls(self, way="export"):
        return self.env["mindbox.inbound"].search([("way", "=", way)])
