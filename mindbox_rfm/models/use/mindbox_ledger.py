# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

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
# What was told otherwise than Mindbox shows it, of customers that it knows by the
# segmentation or by us. An import may take a while: what was told since counts.
CORRECTED = """
    INSERT INTO mindbox_ledger AS told (
        endpoint_id, kind, origin, res_id, partner_id, date, state, acknowledged_at,
        known_from)
    SELECT %(endpoint)s, %(kind)s, 'request', shown.partner_id, shown.partner_id,
           shown.date, jsonb_build_object(%(name)s::text, shown.segment),
           %(settled)s, 'processed'
      FROM (SELECT customer.res_id AS partner_id,
                   COALESCE(member.segment, '') AS segment,
                   COALESCE(member.since, %(settled)s)::date AS date,
                   before.state->>%(name)s AS told
              FROM mindbox_ledger customer
              JOIN res_partner partner
                ON partner.id = customer.res_id AND partner.mindbox_erased_at IS NULL
              LEFT JOIN mindbox_membership member
                ON member.endpoint_id = %(endpoint)s
               AND member.segmentation = %(segmentation)s
               AND member.partner_id = customer.res_id
              LEFT JOIN mindbox_ledger before
                ON before.endpoint_id = %(endpoint)s AND before.kind = %(kind)s
               AND before.res_id = customer.res_id
             WHERE customer.endpoint_id = %(endpoint)s
               AND customer.kind = 'customers') AS shown
     WHERE shown.segment != COALESCE(shown.told, '')
        ON CONFLICT (endpoint_id, kind, res_id) DO UPDATE
       SET state = COALESCE(NULLIF(told.state, 'null'), '{}') || excluded.state,
           known_from = excluded.known_from
     WHERE told.acknowledged_at < %(settled)s
    RETURNING id
"""
# How long Mindbox may take to work off an import of segments.
SETTLED = timedelta(hours=1)


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

    @api.model
    def _correct_segments(self, export):
        """Write down what Mindbox shows of a segmentation, where it was told otherwise.

        :param export: of that segmentation, which was read to its end
        :return: how many customers are in another segment than Mindbox was told
        """
        self.flush_model()
        query = SQL(
            CORRECTED,
            endpoint=export.endpoint_id.id,
            kind=SEGMENTS,
            segmentation=export.subject,
            name=f"{SEGMENTATION}{export.subject}",
            settled=export.asked_at - SETTLED,
        )
        self.env.cr.execute(query)
        self.invalidate_model()
        return self.env.cr.rowcount
