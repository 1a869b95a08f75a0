# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a comparison has found is written down: days, and differences with a cause."""

from odoo import models
from odoo.tools import SQL

from .mindbox_difference import READ_PROBLEMS

# What a comparison changes of a difference that was there before.
REFRESHED = SQL(
    """
    run_id = excluded.run_id, partner_id = excluded.partner_id, date = excluded.date,
    amount = excluded.amount, told_amount = excluded.told_amount,
    expected_state = excluded.expected_state, told_state = excluded.told_state,
    reference = excluded.reference, request_id = excluded.request_id,
    reason_code = excluded.reason_code, reason_details = excluded.reason_details,
    cause = excluded.cause, seen_at = excluded.seen_at,
    found_at = CASE WHEN mindbox_difference.state = 'resolved'
                    THEN excluded.found_at ELSE mindbox_difference.found_at END,
    state = CASE WHEN mindbox_difference.state = 'sent' AND excluded.cause = 'waits'
                 THEN 'sent' ELSE 'open' END
    """
)


class MindboxReconciliation(models.Model):
    _name = "mindbox.reconciliation"
    _inherit = ["mindbox.reconciliation"]

    def _write_days(self):
        self.day_ids.unlink()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO mindbox_reconciliation_day (
                    run_id, kind, date, expected, told, difference, amount, told_amount)
                SELECT %s, kind, date,
                       count(*) FILTER (WHERE expected), count(*) FILTER (WHERE told),
                       count(problem),
                       COALESCE(sum(amount) FILTER (WHERE expected), 0),
                       COALESCE(sum(told_amount) FILTER (WHERE told), 0)
                  FROM mindbox_comparison
                 GROUP BY kind, date
                """,
                self.id,
            )
        )
        self.invalidate_recordset()

    def _write_differences(self):
        """Add new differences, refresh known ones, tick off those that are gone."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO mindbox_difference (
                    endpoint_id, run_id, kind, res_id, partner_id, problem, date,
                    amount, told_amount, expected_state, told_state, reference,
                    request_id, reason_code, reason_details, cause, state, found_at,
                    seen_at)
                %s
                    ON CONFLICT (endpoint_id, kind, res_id, problem) DO UPDATE
                   SET %s
                """,
                self._get_found(),
                REFRESHED,
            ),
            log_exceptions=False,
        )
        self._resolve_gone()
        self._forget_erased()
        self.env["mindbox.difference"].invalidate_model()

    def _get_found(self):
        """Return the query of the differences, each with its request and cause."""
        return SQL(
            """
            SELECT %(endpoint)s, %(run)s, compared.kind, compared.res_id,
                   partner.id, compared.problem, compared.date, compared.amount,
                   compared.told_amount, compared.state, compared.told_state,
                   compared.reference, request.id,
                   request.reason_code, request.reason_details, %(cause)s, 'open',
                   %(now)s, %(now)s
              FROM mindbox_comparison compared
              LEFT JOIN res_partner partner ON partner.id = compared.partner_id
              LEFT JOIN LATERAL (%(request)s) AS request ON compared.problem != 'extra'
             WHERE compared.problem IS NOT NULL
            """,
            endpoint=self.endpoint_id.id,
            run=self.id,
            now=self.started_at,
            request=self._get_telling_request(),
            cause=self._get_cause(),
        )

    def _get_telling_request(self):
        """Return the query of the request that explains a difference best.

        One that waits, else one that was rejected, else the newest.
        """
        catalogue = self.env["mindbox.catalogue"]
        kinds = catalogue._get_kinds()
        events = [
            SQL("(%s, %s, %s)", kind, kinds[kind].model, event)
            for kind, events in catalogue._get_kind_events().items()
            for event in events
        ]
        return SQL(
            """
            SELECT request.id, request.state, request.reason_code,
                   request.reason_details
              FROM mindbox_request request
              JOIN (VALUES %s) AS told (kind, model, event)
                ON told.event = request.event AND told.model = request.res_model
             WHERE request.res_id = compared.res_id
               AND request.endpoint_id = %s AND told.kind = compared.kind
             ORDER BY request.state != 'pending', request.state != 'rejected',
                      request.id DESC
             LIMIT 1
            """,
            SQL(", ").join(events),
            self.endpoint_id.id,
        )

    def _get_cause(self):
        """Return the expression of why a record differs."""
        return SQL(
            """
            CASE
                WHEN compared.problem = 'extra' THEN CASE
                    WHEN compared.kind != 'customers' THEN 'gone'
                    WHEN EXISTS (
                        SELECT FROM mindbox_erasure erasure
                         WHERE erasure.endpoint_id = %(endpoint)s
                           AND erasure.customer_id_value = compared.res_id::varchar)
                    THEN 'erased'
                    WHEN EXISTS (SELECT FROM res_partner gone
                                  WHERE gone.id = compared.res_id) THEN 'excluded'
                    WHEN compared.partner_id != compared.res_id THEN 'merged'
                    ELSE 'gone' END
                WHEN request.state = 'pending' THEN 'waits'
                WHEN request.state IN ('rejected', 'skipped', 'cancelled')
                THEN request.state
                WHEN request.state = 'sent' AND compared.problem = 'missing' THEN 'lost'
                WHEN compared.problem = 'missing' AND compared.created_at < (
                    SELECT min(acknowledged_at) FROM mindbox_ledger
                     WHERE endpoint_id = %(endpoint)s) THEN 'before'
                ELSE 'unrecorded' END
            """,
            endpoint=self.endpoint_id.id,
        )

    def _resolve_gone(self):
        self.env.cr.execute(
            SQL(
                """
                UPDATE mindbox_difference
                   SET state = 'resolved', seen_at = %(now)s
                 WHERE endpoint_id = %(endpoint)s AND run_id IS DISTINCT FROM %(run)s
                   AND state != 'resolved' AND problem NOT IN %(read)s
                """,
                endpoint=self.endpoint_id.id,
                run=self.id,
                now=self.started_at,
                read=READ_PROBLEMS,
            )
        )

    def _forget_erased(self):
        """Forget who was erased while the last comparison was at work.

        What is left of them is that Mindbox still knows them.
        """
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM mindbox_difference difference
                 USING res_partner partner
                 WHERE partner.id = difference.partner_id
                   AND partner.mindbox_erased_at IS NOT NULL
                   AND difference.endpoint_id = %s AND difference.cause != 'erased'
                """,
                self.endpoint_id.id,
            )
        )

    def _count_differences(self):
        differences = self.env["mindbox.difference"]
        domain = [("endpoint_id", "=", self.endpoint_id.id)]
        self.difference_count = differences.search_count(
            [*domain, ("needs_attention", "=", True)]
        )
        self.waiting_count = differences.search_count(
            [*domain, ("state", "!=", "resolved"), ("cause", "=", "waits")]
        )
