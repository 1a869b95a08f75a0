# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The export of merges: whom Mindbox has put together, where the webhook was lost.

Contract: export-customer-merges.
"""

from datetime import timedelta

from odoo import models
from odoo.tools.translate import LazyTranslate

from ..export.kinds import ExportKind
from .mindbox_inbound_export import dig

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)


class MindboxCatalogue(models.AbstractModel):
    _name = "mindbox.catalogue"
    _inherit = ["mindbox.catalogue"]

    def _export_kinds(self):
        merges = ExportKind(
            _lt("Merges of customers"),
            "merges_export_operation",
            # The end of the period is to be five minutes ago, at least.
            lag=timedelta(minutes=7),
            is_paged=True,
        )
        return super()._export_kinds() | {"merges": merges}


class MindboxExport(models.Model):
    _name = "mindbox.export"
    _inherit = ["mindbox.export"]

    def _page_merges(self):
        """Return the question for a page, and the name of the rows in the answer."""
        return {"customerMergesPage": self._get_page()}, "customermerges"

    def _record_merges(self, chunk):
        """Have somebody merge the contacts that are two here still."""
        named = [(dig(row, "resultingcustomer", "ids"), row) for row in chunk]
        told = []
        for partner_id, row in self._find_customers(named):
            merged = row.get("mergedcustomers") or ()
            others = self._find_customers([(dig(one, "ids"), one) for one in merged])
            name = self.endpoint_id.customer_id_name
            ids = [{"ids": {name: str(i)}} for i, _one in others if i != partner_id]
            moment = row["resultingcustomer"].get("changedatetimeutc") or ""
            if ids:
                told.append((partner_id, moment, {"mergedCustomers": ids}))
        return self.env["mindbox.inbound"]._take(self, "merge", told)
