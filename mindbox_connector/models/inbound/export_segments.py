# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The export of a segmentation: in which segment each customer is in Mindbox.

Contract: export-customer-segmentation-changes. It is asked for without a period: then
it has a row of everybody who was ever in the segmentation, so that also those are found
who are in none any more, or never were.
"""

from odoo import models
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ...fields import SYSTEM_NAME
from ..export.kinds import ExportKind
from ..outbox.json_text import to_json
from .kind_consent import BOOLEANS
from .mindbox_inbound_export import dig

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

# What a webhook has told since the export was asked for is newer.
CHANGED = """
    INSERT INTO mindbox_membership AS known (
        endpoint_id, partner_id, segmentation, segment, since, export_id, heard_at)
    SELECT %(endpoint)s, new.partner_id, %(segmentation)s, new.segment, %(asked_at)s,
           %(export)s, now() AT TIME ZONE 'UTC'
      FROM json_to_recordset(%(rows)s::json) AS new (partner_id int4, segment varchar)
        ON CONFLICT (endpoint_id, partner_id, segmentation) DO UPDATE
       SET segment = excluded.segment, since = excluded.since,
           heard_at = excluded.heard_at
     WHERE known.since <= excluded.since
       AND known.segment IS DISTINCT FROM excluded.segment
    RETURNING id
"""
SEEN = """
    UPDATE mindbox_membership SET export_id = %(export)s
     WHERE endpoint_id = %(endpoint)s AND segmentation = %(segmentation)s
       AND partner_id = ANY(%(partners)s)
"""
LEFT = """
    UPDATE mindbox_membership
       SET segment = NULL, since = %(asked_at)s, heard_at = now() AT TIME ZONE 'UTC'
     WHERE endpoint_id = %(endpoint)s AND segmentation = %(segmentation)s
       AND segment IS NOT NULL AND since <= %(asked_at)s
       AND export_id IS DISTINCT FROM %(export)s
"""


class MindboxCatalogue(models.AbstractModel):
    _name = "mindbox.catalogue"
    _inherit = ["mindbox.catalogue"]

    def _export_kinds(self):
        segments = ExportKind(
            _lt("Segments of customers"), "segments_export_operation", is_whole=True
        )
        return super()._export_kinds() | {"segments": segments}


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _get_export_subjects(self, code):
        if code == "segments":
            return sorted(self._get_compared_segmentations())
        return super()._get_export_subjects(code)

    def _get_compared_segmentations(self):
        """Return the external IDs of the segmentations that are exported; a hook."""
        return set((self.segmentations or "").split())

    def _on_segments_read(self, export):
        """Know that a segmentation was read; a hook for add-ons that tell segments.

        :return: how many customers are in another segment than Mindbox was told
        """
        return 0


class MindboxExport(models.Model):
    _name = "mindbox.export"
    _inherit = ["mindbox.export"]

    def _conditions_segments(self):
        return {"segmentation": {"ids": {"externalId": self.subject}}}

    def _record_segments(self, chunk):
        """Write down in which segment customers are; return of how many that is new."""
        ours = self._find_customers(
            [(dig(row, "customer", "ids"), row) for row in chunk]
        )
        segments = {partner_id: self._read_segment(row) for partner_id, row in ours}
        rows = [
            {"partner_id": partner_id, "segment": segment}
            for partner_id, segment in segments.items()
        ]
        changed = self._execute_on_memberships(CHANGED, rows=to_json(rows))
        self._execute_on_memberships(SEEN, partners=list(segments))
        return changed

    def _read_segment(self, row):
        """Return in which segment a row has the customer, None for none."""
        segment = dig(row, "segment", "ids", "externalId")
        is_inside = BOOLEANS.get(str(row.get("inSegmentation")).lower())
        return segment if is_inside and SYSTEM_NAME.fullmatch(str(segment)) else None

    def _execute_on_memberships(self, statement, **values):
        """Execute a statement about the segmentation; return how many rows it tells."""
        memberships = self.env["mindbox.membership"]
        memberships.flush_model()
        self.env.cr.execute(
            SQL(
                statement,
                endpoint=self.endpoint_id.id,
                segmentation=self.subject,
                asked_at=self.asked_at,
                export=self.id,
                **values,
            )
        )
        memberships.invalidate_model()
        return self.env.cr.rowcount

    def _finish_segments(self):
        """Whom it has not told of is in none; what was told otherwise is compared."""
        self._execute_on_memberships(LEFT)
        if self.endpoint_id._on_segments_read(self):
            self.endpoint_id._queue_reconciliation()
