# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.tools import SQL

from .mindbox_catalogue import SEGMENT_SET, SEGMENTATION, SEGMENTS

# What accepted imports tell of each customer: the last of several lines counts.
TOLD_BY_IMPORTS = """
    SELECT request.endpoint_id, %(kind)s, 'request', partner.id, partner.id,
           NULL::varchar, min(request.occurred_at)::date, NULL::numeric, NULL::varchar,
           jsonb_object_agg(%(prefix)s || cells.told[2], cells.told[3]
                            ORDER BY request.id, line.number)
      FROM mindbox_request request
     CROSS JOIN LATERAL regexp_split_to_table(request.payload, E'\\n')
                        WITH ORDINALITY AS line (text, number)
     CROSS JOIN LATERAL string_to_array(line.text, ';') AS cells (told)
      JOIN res_partner partner ON partner.id::text = cells.told[1]
     WHERE request.id = ANY(%(ids)s) AND request.event = %(event)s
       AND request.mode = 'bulk' AND line.number > 1
       AND partner.mindbox_erased_at IS NULL
     GROUP BY request.endpoint_id, partner.id
     ORDER BY request.endpoint_id, partner.id
"""


class MindboxLedger(models.Model):
    """Which segment Mindbox was told of a customer.

    An import of many is known to be accepted only; a call of one is followed to its
    outcome like any other.
    """

    _inherit = "mindbox.ledger"

    @api.model
    def _acknowledge_requests(self, request_ids):
        result = super()._acknowledge_requests(request_ids)
        told = SQL(
            TOLD_BY_IMPORTS,
            kind=SEGMENTS,
            prefix=SEGMENTATION,
            ids=list(request_ids),
            event=SEGMENT_SET,
        )
        self._upsert(told, SQL("NULL"))
        return result
