# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an answer of Mindbox means for the row that it is about."""

import logging
from datetime import datetime

from odoo import fields, models
from odoo.tools import SQL

from ...exceptions import (
    MindboxError,
    MindboxMisconfigured,
    MindboxMissing,
    MindboxRejected,
)
from ...reasons import NO_REASON, Reason
from ..job.fault import log_fault
from .mindbox_hold import get_retry_delay
from .scrub import scrub

_logger = logging.getLogger(__name__)


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _record(self, outcomes, failing):
        """Write down what became of the parcels, all in one statement.

        :return: whether to go on sending
        """
        untried = [o.parcel for o in outcomes if not o.tried]
        self._give_back([parcel.id for parcel in untried if parcel.fresh])
        tried = [outcome for outcome in outcomes if outcome.tried]
        erased = set()
        if tried:
            rows = [self._get_result(outcome, failing) for outcome in tried]
            # Who has cancelled a row meanwhile is overruled by an answer only.
            guard = SQL("(mindbox_request.state = 'pending' OR new.state = 'sent')")
            self.env["mindbox.request"]._update(rows, guard)
            if sent := [o.parcel for o in tried if o.answer]:
                self._after_sent(sent)
            erased = self._forget_late([outcome.parcel.id for outcome in tried])
        if not self._is_running():
            return False
        for outcome in tried:
            if isinstance(outcome.error, MindboxMisconfigured):
                self._pause_misconfigured(outcome.error)
            elif isinstance(outcome.error, MindboxRejected):
                request = self.env["mindbox.request"].browse(outcome.parcel.id)
                if request.exists() and request.id not in erased:
                    request._send_instead(outcome.error.reason)
        return self._may_go_on()

    def _after_sent(self, parcels):
        """Keep in the ledger what Mindbox has accepted.

        A hook, too: in the transaction that writes down the answers.
        """
        ledger = self.env["mindbox.ledger"]
        ledger._acknowledge_requests([parcel.id for parcel in parcels])
        if merges := self._find_merges(parcels):
            ledger._forget_merged(self, [parcel.call.body for parcel in merges])

    def _find_merges(self, parcels):
        """Return those of the parcels that have merged customers."""
        merge = self._get_operation("customer_merge")
        return [p for p in parcels if merge and p.call.operation == merge["name"]]

    def _find_merge_requests(self, parcels):
        """Return the rows of merges among the parcels, as far as they still exist."""
        ids = [parcel.id for parcel in self._find_merges(parcels)]
        return self.env["mindbox.request"].browse(ids).exists()

    def _get_result(self, outcome, failing):
        """Return the column values of a tried parcel's row."""
        now = fields.Datetime.now()
        parcel, is_missing = outcome.parcel, isinstance(outcome.error, MindboxMissing)
        result = {
            "id": parcel.id,
            "attempts": parcel.attempts + 1,
            "missing_attempts": parcel.missing_attempts + is_missing,
            "operation_name": parcel.call.operation,
            "next_attempt_at": now,
            "sent_at": None,
            "outcome": None,
            "processed_at": None,
            **NO_REASON.get_values(),
        }
        answer, error = outcome.answer, outcome.error
        if answer:
            result["attempts"] = parcel.calls
            return result | _get_success(parcel.call, answer)
        result |= {
            **scrub(_get_reason(error), parcel.call.body).get_values(),
            "http_status": getattr(error, "http_status", 0),
            "response": getattr(error, "response", ""),
        }
        if isinstance(error, MindboxMisconfigured):
            return result | {"state": "pending"}
        if outcome.comes_again:
            before = parcel.missing_attempts if is_missing else parcel.failures
            delay = get_retry_delay(before, failing)
            return result | {"state": "pending", "next_attempt_at": now + delay}
        if not isinstance(error, MindboxRejected):
            log_fault(_logger, f"Call {parcel.id}", error)
        return result | {"state": "rejected"}


def _get_reason(error):
    """Return why a call did not succeed; of a fault only its kind is kept."""
    if isinstance(error, MindboxError):
        return error.reason
    return Reason("call_fault", {"kind": type(error).__name__})


def _get_success(call, answer):
    """Return the column values of an accepted call's row.

    Of a synchronous call the answer tells the outcome, too.
    """
    # As exact as the moment of the event: most take less than a second.
    now = datetime.utcnow()
    values = {
        "state": "sent",
        "sent_at": now,
        "outcome": "unknown",
        "http_status": answer.http_status,
        "response": answer.text,
    }
    if call.mode != "sync":
        return values
    values |= {"outcome": "processed", "processed_at": now}
    if not answer.remarks:
        return values
    remarks = scrub(Reason("remarks", {"messages": answer.remarks}), call.body)
    return values | {"outcome": "with_remarks", **remarks.get_values()}
