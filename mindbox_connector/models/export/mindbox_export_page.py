# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exports without files: Mindbox answers at once, page by page.

Contract: export-customer-merges.
"""

from odoo import models

from .mindbox_export_work import MINUTE

# Rows of a page; Mindbox has 10,000 at most.
PAGE = 1000


class MindboxExport(models.Model):
    _name = "mindbox.export"
    _inherit = ["mindbox.export"]

    def _read_pages(self):
        """Read the next page; return the seconds until the one after it, 0 for none.

        :raise MindboxError: it cannot be had
        """
        body, rows_name = getattr(self, f"_page_{self.kind}")()
        answer = self._call(body)
        rows = answer.get(rows_name) or []
        self._committed(lambda: self._record_page(rows))
        if len(rows) == PAGE:
            return 1
        self._committed(self._finish)
        return 0

    def _record_page(self, rows):
        self._record(rows)
        self.write({"state": "reading", "file_number": self.file_number + 1})

    def _get_page(self):
        """Return which page is asked for, as Mindbox has it."""
        return {
            "pageNumber": self.file_number + 1,
            "itemsPerPage": PAGE,
            "sinceDateTimeUtc": self.since.strftime(MINUTE),
            "tillDateTimeUtc": self.till.strftime(MINUTE),
        }
