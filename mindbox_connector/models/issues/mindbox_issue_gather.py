# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Refused rows get their issue: new ones are made, old ones open and close."""

from odoo import api, models
from odoo.tools import SQL

# What a row is about: Mindbox puts the place behind its message, with the number of the
# line; of our own reasons a detail tells it. What is about nothing has "".
PLACE = SQL(
    r"""
    COALESCE(
        NULLIF(regexp_replace(
            substring(request.reason_details->>'messages' FROM '\((/?[\w/.\[\]-]+)\)'),
            '\d+', '*', 'g'), '-'),
        request.reason_details->>'entity', request.reason_details->>'reference', '')
    """
)
OPERATION = SQL("COALESCE(request.operation_name, operation.name, request.event)")
# Rows without an issue, each with its cause.
NEW = SQL(
    """
    SELECT request.id, request.endpoint_id, request.reason_code,
           request.reason_details, request.next_attempt_at AS seen,
           left(%s, 200) AS operation_name, left(%s, 200) AS place
      FROM mindbox_request request
      LEFT JOIN mindbox_operation operation ON operation.id = request.operation_id
     WHERE request.state = 'rejected' AND request.issue_id IS NULL
       AND request.reason_code IS NOT NULL
    """,
    OPERATION,
    PLACE,
)
GATHER = SQL(
    """
    INSERT INTO mindbox_issue AS known (
        endpoint_id, reason_code, operation_name, place, reason_details,
        first_seen, last_seen, state, reopened, create_date, write_date)
    SELECT endpoint_id, reason_code, operation_name, place,
           (array_agg(reason_details ORDER BY seen DESC))[1],
           min(seen), max(seen), 'open', 0,
           now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
      FROM (%s) AS new
     GROUP BY endpoint_id, reason_code, operation_name, place
        ON CONFLICT (endpoint_id, reason_code, COALESCE(operation_name, ''),
                     COALESCE(place, ''))
        DO UPDATE SET last_seen = GREATEST(known.last_seen, EXCLUDED.last_seen),
                      first_seen = LEAST(known.first_seen, EXCLUDED.first_seen),
                      reason_details = EXCLUDED.reason_details,
                      reopened = known.reopened
                               + CASE WHEN known.state = 'resolved' THEN 1 ELSE 0 END,
                      state = CASE WHEN known.state = 'resolved' THEN 'open'
                                   ELSE known.state END
    RETURNING id
    """,
    NEW,
)
ASSIGN = SQL(
    """
    UPDATE mindbox_request SET issue_id = issue.id
      FROM (%s) AS new
      JOIN mindbox_issue issue
        ON issue.endpoint_id = new.endpoint_id
       AND issue.reason_code = new.reason_code
       AND COALESCE(issue.operation_name, '') = new.operation_name
       AND COALESCE(issue.place, '') = new.place
     WHERE mindbox_request.id = new.id
    RETURNING mindbox_request.id
    """,
    NEW,
)
# Nothing of them is refused any more: it was sent again, dismissed, or forgotten.
SETTLE = SQL(
    """
    UPDATE mindbox_issue SET state = 'resolved'
     WHERE state = 'open' AND NOT EXISTS (
        SELECT FROM mindbox_request
         WHERE mindbox_request.issue_id = mindbox_issue.id
           AND mindbox_request.state = 'rejected')
    RETURNING id
    """
)


class MindboxIssue(models.Model):
    _name = "mindbox.issue"
    _inherit = ["mindbox.issue"]

    @api.model
    def _gather(self):
        """Give each refused row its issue, and close what is over."""
        requests = self.env["mindbox.request"]
        requests.flush_model()
        self.env["mindbox.operation"].flush_model()
        self.flush_model()
        # Two that gather at once would open an issue twice as often as it comes.
        self.env.cr.execute(
            SQL("SELECT pg_advisory_xact_lock(hashtext('mindbox_issue'))")
        )
        for query in (GATHER, ASSIGN, SETTLE):
            self.env.execute_query(query)
        self.invalidate_model()
        requests.invalidate_model(["issue_id"])
