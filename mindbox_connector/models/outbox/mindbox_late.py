# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the operation log tells of accepted calls, and what follows from it."""

from typing import NamedTuple

from odoo import fields, models
from odoo.tools import SQL

from ...answers import read_messages
from ...reasons import NO_REASON, Reason
from .json_text import to_json
from .scrub import scrub

# What is told of a call twice: the first of these counts.
RANKS = {"with_remarks": 0, "processed": 1, "failed": 2}

# Why a call was not processed as it was, where no word of Mindbox can be kept.
WORDLESS = {"failed": Reason("failed_late"), "with_remarks": Reason("remarks_lost")}


class Told(NamedTuple):
    """What became of a call: a row of the operation log.

    * ``outcome``: ``processed``, ``with_remarks`` or ``failed``
    * ``messages``: what Mindbox says, with personal data perhaps
    * ``at``: when it was over, as of UTC, None where that is not told
    """

    transaction_id: str
    outcome: str
    messages: str = ""
    at: object = None


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _record_outcomes(self, told):
        """Write down what became of accepted calls, in one statement.

        Telling it twice changes nothing. What waits again, and what is told of by
        somebody else's calls, is left alone; a file is told of by its import.

        :param list told: :class:`Told`, in any order
        :return: how many requests have learned their outcome
        """
        self.ensure_one()
        requests = self.env["mindbox.request"]
        changed = requests._execute(self._get_outcome_update(_choose(told)))
        requests.invalidate_model()
        failed = [row_id for row_id, outcome in changed if outcome == "failed"]
        processed = [row_id for row_id, outcome in changed if outcome != "failed"]
        ledger = self.env["mindbox.ledger"]
        if processed:
            ledger._confirm_requests(processed)
        if failed:
            ledger._revoke_requests(failed)
            for request in requests.browse(failed):
                # As what is refused at once: it may go as another event, or again.
                details = request.reason_details or {}
                request._refuse(Reason(request.reason_code, details))
        return len(changed)

    def _get_outcome_update(self, told):
        bodies = self._get_bodies([one for one in told if one.outcome != "processed"])
        return SQL(
            """
            UPDATE mindbox_request request
               SET outcome = new.outcome, processed_at = COALESCE(new.at, %(now)s),
                   reason_code = new.reason_code, reason_details = new.reason_details,
                   state = CASE WHEN new.outcome = 'failed' THEN 'rejected'
                                ELSE state END,
                   -- A refusal counts from the moment it is known.
                   next_attempt_at = CASE WHEN new.outcome = 'failed' THEN %(now)s
                                          ELSE next_attempt_at END,
                   was_accepted = was_accepted AND new.outcome != 'failed'
              FROM json_to_recordset(%(rows)s::json) AS new (
                       transaction_id varchar, outcome varchar, at timestamp,
                       reason_code varchar, reason_details jsonb)
             WHERE request.transaction_id = new.transaction_id
               AND request.endpoint_id = %(endpoint)s AND request.state = 'sent'
               AND request.mode IS DISTINCT FROM 'bulk'
               -- Of a call that was repeated, the remark may be one of the time before;
               -- the answer has told of the last.
               AND (request.outcome = 'unknown'
                    OR request.outcome = 'processed' AND new.outcome = 'with_remarks'
                       AND (request.mode = 'async' OR request.attempts = 1))
            RETURNING request.id, request.outcome
            """,
            now=fields.Datetime.now(),
            endpoint=self.id,
            rows=to_json([_get_values(one, bodies) for one in told]),
        )

    def _get_bodies(self, told):
        """Return {transaction ID: body or None} of our requests among some."""
        if not told:
            return {}
        rows = self.env["mindbox.request"]._execute(
            SQL(
                """
                SELECT transaction_id, payload FROM mindbox_request
                 WHERE transaction_id = ANY(%s)
                """,
                [one.transaction_id for one in told],
            )
        )
        return dict(rows)


def _choose(told):
    """Return one of what is told of each call: a repeat fails, the first counts."""
    found = {}
    for one in sorted(told, key=lambda one: RANKS[one.outcome]):
        found.setdefault(one.transaction_id, one)
    return list(found.values())


def _get_values(told, bodies):
    body = bodies.get(told.transaction_id)
    reason = get_late_reason(told, body)
    return {
        "transaction_id": told.transaction_id,
        "outcome": told.outcome,
        "at": told.at,
        **reason.get_values(),
    }


def get_late_reason(told, body):
    """Return why a call was not processed as it was, free of personal data.

    What Mindbox says may repeat any value of the body. Without the body nobody knows
    which words are such a value, so none is kept.
    """
    if told.outcome == "processed":
        return NO_REASON
    if not told.messages or not body:
        return WORDLESS[told.outcome]
    default = "validation_error" if told.outcome == "failed" else "remarks"
    refusal = told.outcome == "failed" and read_messages(told.messages)
    return scrub(Reason(refusal or default, {"messages": told.messages}), body)
