# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The ledger follows what became of the calls that have told Mindbox."""

from odoo import api, models
from odoo.tools import SQL

# A moment before all others: something has changed since it was told, for sure.
FORGOTTEN = "1970-01-01"
SAME_RECORD = """
    known.endpoint_id = told.endpoint_id AND known.kind = told.kind
    AND known.res_id = told.res_id
"""
# What is taken back of the requests that a query selects: summands are taken off, ...
TAKE_OFF_SUMMANDS = f"""
    UPDATE mindbox_ledger known SET amount = known.amount - told.amount
      FROM (SELECT endpoint_id, kind, res_id, sum(amount) AS amount
              FROM (%s) AS failed WHERE kind = ANY(%s) GROUP BY 1, 2, 3) AS told
     WHERE {SAME_RECORD} AND told.amount IS NOT NULL
    RETURNING known.id
"""
# ... a record that nothing else has told of is not known, ...
FORGET_UNTOLD = f"""
    DELETE FROM mindbox_ledger known USING (%s) AS told
     WHERE {SAME_RECORD} AND known.origin = 'request' AND NOT EXISTS (%s)
    RETURNING known.id
"""
# What the failed ones have told; without a body it may have been anything.
FAILED = """
    SELECT endpoint_id, kind, res_id, bool_or(amount IS NOT NULL OR silent) AS amount,
           bool_or(digest IS NOT NULL OR silent) AS digest,
           bool_or(state IS NOT NULL OR silent) AS state
      FROM (%s) AS failed
     CROSS JOIN LATERAL (
           SELECT COALESCE(amount::text, digest, state::text) IS NULL AS silent
     ) AS body
     GROUP BY endpoint_id, kind, res_id
"""
# ... and of another one it is not known what was told last of these: an amount is
# nothing, which the next word on something else does not make good, ...
FORGET_CONTENT = f"""
    UPDATE mindbox_ledger known
       SET acknowledged_at = '{FORGOTTEN}',
           digest = CASE WHEN NOT told.digest THEN known.digest END,
           state = CASE WHEN NOT told.state THEN known.state END,
           amount = CASE WHEN known.kind = ANY(%s) OR NOT told.amount
                         THEN known.amount ELSE known.amount * 0 END
      FROM ({FAILED}) AS told
     WHERE {SAME_RECORD}
    RETURNING known.id
"""
# ... unless a body is left that tells it, of before or after.
RECALL_CONTENT = f"""
    UPDATE mindbox_ledger known
       SET digest = COALESCE(known.digest, told.digest),
           state = COALESCE(known.state, told.state),
           amount = CASE WHEN known.kind = ANY(%s) THEN known.amount
                         ELSE COALESCE(told.amount, known.amount) END
      FROM (%s) AS told (endpoint_id, kind, origin, res_id, partner_id, reference,
                         date, amount, digest, state)
     WHERE {SAME_RECORD} AND known.acknowledged_at = '{FORGOTTEN}'
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
        Mindbox knows what it was told before, as far as bodies are left that say so.

        :param request_ids: IDs of requests that have failed
        """
        sums, others = self._get_summed_kinds(), self._get_others()
        told = self._get_telling(request_ids)
        summands = self._get_told_by(request_ids)
        self._change_by_requests(SQL(TAKE_OFF_SUMMANDS, summands, sums))
        self._change_by_requests(SQL(FORGET_UNTOLD, told, others))
        self._change_by_requests(SQL(FORGET_CONTENT, sums, summands))
        before = self._get_told(SQL("request.id IN (%s)", self._get_others_of(told)))
        self._change_by_requests(SQL(RECALL_CONTENT, sums, self._join_told(before)))

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
             WHERE request.id = ANY(%s) AND request.mode IS DISTINCT FROM 'bulk'
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
               AND other.state = 'sent' AND other.mode IS DISTINCT FROM 'bulk'
            """,
            self._get_event_kinds(),
        )

    def _get_others_of(self, told):
        """Return the query of the IDs of what else was told of records, with bodies."""
        return SQL(
            """
            SELECT before.id FROM (%s) AS told
              JOIN mindbox_request before
                ON before.endpoint_id = told.endpoint_id
               AND before.res_model = told.res_model AND before.res_id = told.res_id
             WHERE before.state = 'sent' AND before.payload != ''
            """,
            told,
        )
