# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.mindbox_connector.models.history.mindbox_import_reader import Item

from .mindbox_catalogue import SEGMENTATION, SEGMENTS

KIND = [("segments", "RFM Segments")]


class MindboxImportOptions(models.AbstractModel):
    _inherit = "mindbox.import.options"

    kind = fields.Selection(selection_add=KIND, ondelete={"segments": "cascade"})


class MindboxImportSegments(models.AbstractModel):
    """The segments that customers are in now, as a run tells of them."""

    _name = "mindbox.import.segments"
    _description = "Import of RFM Segments"
    _inherit = "mindbox.import.customers"
    _files = ("segments",)
    _ledger = SEGMENTS
    # Who is in none is taken out of the segmentation.
    _may_be_empty = ("SegmentExternalId",)

    def _scope(self, run):
        """Return the condition that a customer has a profile in the active scheme."""
        return SQL(
            """
            EXISTS (SELECT FROM rfm_profile profile
                     WHERE profile.partner_id = record.id
                       AND profile.scheme_id = %s)
            AND record.mindbox_erased_at IS NULL AND %s
            """,
            self._get_scheme(run).id or 0,
            super()._scope(run),
        )

    def _get_scheme(self, run):
        return self.env["rfm.scheme"].search(
            [
                ("state", "=", "active"),
                ("company_id", "=", run.endpoint_id.company_id.id),
            ],
            limit=1,
        )

    def _find_problems(self, run):
        if not self._get_scheme(run):
            return [self.env._("No RFM scheme of this company is active.")]
        if run.way == "records":
            return [self.env._("Segments can only be imported in files.")]
        return []

    def _get_header(self, run, file):
        return self._get_scheme(run)._get_segments_header(run.endpoint_id)

    def _get_items(self, run, file, ids):
        scheme = self._get_scheme(run)
        segments = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT profile.partner_id, COALESCE(segment.code, '')
                      FROM rfm_profile profile
                      LEFT JOIN rfm_segment segment ON segment.id = profile.segment_id
                     WHERE profile.scheme_id = %s AND profile.partner_id = ANY(%s)
                    """,
                    scheme.id,
                    ids,
                )
            )
        )

        def make(row):
            self._check(run, row)
            segmentation, code = scheme.mindbox_segmentation, segments[row["id"]]
            cells = [str(row["id"]), segmentation, code]
            told = {"res_id": row["id"], "partner_id": row["id"]}
            return Item(
                row["id"],
                [cells],
                told | {"state": {f"{SEGMENTATION}{segmentation}": code}},
            )

        return [
            self._try(row["id"], lambda row=row: make(row))
            for row in self._get_rows(run, ids)
            if row["id"] in segments
        ]

    def _find_losses(self, run, ids):
        return []

    def _get_changed(self, run, records, since):
        """The next run of the scheme tells of everybody who has moved."""

    def _prepare_requests(self, run, records):
        raise UserError(self.env._("Segments can only be imported in files."))
