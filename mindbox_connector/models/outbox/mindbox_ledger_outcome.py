# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The ledger follows what became of the calls that have told Mindbox."""

from odoo import api, models
from odoo.tools import SQL

SAME_RECORD = """
    known.endpoint_id = told.endpoint_id AND known.kind = told.kind
    AND known.res_id = told.res_id
"""
# What is taken back of the requests that a query selects: points are taken off, ...
TAKE_OFF_POINTS = f"""
    UPDATE mindbox_ledger known SET amount = known.amount - told.amount
      FROM (SELECT endpoint_id, kind, res_id, sum(amount) AS amount
              FROM (%s) AS failed WHERE kind = 'cards' GROUP BY 1, 2, 3) AS told
     WHERE {SAME_RECORD} AND told.amount IS NOT NULL
    RETURNING known.id
"""
# ... a record that nothing else has told of is not known, ...
FORGET_UNTOLD = f"""
    DELETE FROM mindbox_ledger known USING (%s) AS told
     WHERE {SAME_RECORD} AND known.origin = 'request' AND NOT EXISTS (%s)
    RETURNING known.id
"""
# ... and of another one it is not known what was told last.
FORGET_CONTENT = f"""
    UPDATE mindbox_ledger known
       SET digest = NULL, acknowledged_at = '1970-01-01',
           amount = CASE WHEN known.kind = 'cards' THEN known.amount END
      FROM (%s) AS told
     WHERE {SAME_RECORD} AND NOT EXISTS (%s AND other.id > told.id)
    RETURNING known.id
"""


class MindboxLedger(models.Model):
    _name = "mindbox.ledger"
    _inherit = ["mindbox.ledger"]

    @api.model
    def _confirm_requests(self, request_ids):
        """Note that what some requests have told was processed.

        Where a newer one has told of the same record, that one's outcome counts.

        :param request_ids: IDs of any requests; those that were processed count
        """
        self._change_by_requests(
            SQL(
                """
                UPDATE mindbox_ledger known SET known_from = 'processed'
                  FROM (%(told)s) AS told
                 WHERE known.endpoint_id = told.endpoint_id AND known.kind = told.kind
                   AND known.res_id = told.res_id
                   AND told.outcome IN ('processed', 'with_remarks')
                   AND NOT EXISTS (%(others)s AND other.outcome = 'unknown'
                                                AND other.id > told.id)
                RETURNING known.id
                """,
                told=self._get_telling(request_ids),
                others=self._get_others(),
            )
        )

    @api.model
    def _revoke_requests(self, request_ids):
        """Take back what some requests have told: they have failed late.

        A record of which nothing else was told is not known to Mindbox. Of another one
        Mindbox knows what it was told before; what that was is not kept.

        :param request_ids: IDs of requests that have failed
        """
        summands, told = self._get_told(request_ids), self._get_telling(request_ids)
        others = self._get_others()
        self._change_by_requests(SQL(TAKE_OFF_POINTS, summands))
        self._change_by_requests(SQL(FORGET_UNTOLD, told, others))
        self._change_by_requests(SQL(FORGET_CONTENT, told, others))

    def _change_by_requests(self, query):
        self.env["mindbox.request"]._execute(query)
        self.invalidate_model()

    def _get_telling(self, request_ids):
        """Return the query of requests, each with the kind of record it tells of."""
        return SQL(
            """
            SELECT request.id, request.endpoint_id, request.res_model, request.res_id,
                   request.outcome, event.kind
              FROM mindbox_request request
              JOIN (VALUES %s) AS event (name, kind) ON event.name = request.event
             WHERE request.id = ANY(%s)
            """,
            self._get_event_kinds(),
            list(request_ids),
        )

    def _get_others(self):
        """Return the query of what else was told of the record of a request ``told``.

        What the outbox has forgotten by now was told long ago.
        """
        return SQL(
            """
            SELECT FROM mindbox_request other
              JOIN (VALUES %s) AS event (name, kind) ON event.name = other.event
             WHERE other.endpoint_id = told.endpoint_id AND event.kind = told.kind
               AND other.res_model = told.res_model AND other.res_id = told.res_id
               AND other.state = 'sent'
            """,
            self._get_event_kinds(),
        )
