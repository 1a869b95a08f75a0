# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The export of the operation log: what became of accepted calls."""

from datetime import timedelta

from odoo import models
from odoo.tools.translate import LazyTranslate

from .kinds import ExportKind
from .log_file import read_row, read_rows

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

OPERATION_LOG = "operation_log"


class MindboxCatalogue(models.AbstractModel):
    _name = "mindbox.catalogue"
    _inherit = ["mindbox.catalogue"]

    def _export_kinds(self):
        log = ExportKind(
            _lt("Operation log"),
            "log_export_operation",
            every="log_export_interval",
            # How far the log of Mindbox reaches back, less an hour for its clock.
            reach=timedelta(days=14, hours=-1),
            longest=timedelta(days=1),
            read_rows=read_rows,
        )
        return super()._export_kinds() | {OPERATION_LOG: log}


class MindboxExport(models.Model):
    _name = "mindbox.export"
    _inherit = ["mindbox.export"]

    def _conditions_operation_log(self):
        """All calls of the integration point."""
        return {"endpoint": {"ids": {"externalId": self.endpoint_id.endpoint_code}}}

    def _record_operation_log(self, chunk):
        """Write down the outcomes; return how many were not known."""
        join = self.endpoint_id.log_export_join
        told = [told for row in chunk if (told := read_row(row, join))]
        return self.endpoint_id._record_outcomes(told) if told else 0
