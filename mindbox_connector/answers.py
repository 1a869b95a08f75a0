# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an answer of Mindbox means, decided in one place: who must act.

Contract: https://developers.mindbox.ru/docs/v3
"""

import json
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from .exceptions import (
    MindboxMisconfigured,
    MindboxRejected,
    MindboxThrottled,
    MindboxUnavailable,
)

KEPT_ANSWER_CHARS = 10_000

# A 429 may carry anything in Retry-After; the answer decides within these bounds.
THROTTLE_DEFAULT = 120
THROTTLE_MAX = 300

SUCCESS = ("Success", "TransactionAlreadyProcessed")
REFUSALS = ("ValidationError", "ProtocolError")
MISCONFIGURED = {
    401: "Mindbox does not accept the credentials (401): check the secret key, "
    "and that this shop is allowed in the integration point.",
    403: "Mindbox refuses this secret key for this integration point (403).",
    404: "Nothing answers at this address (404): check the URL.",
    407: "The proxy between Odoo and Mindbox asks for credentials (407).",
}
# What a synchronous success can hide: the steps ran, but not for this entity.
REFUSED_PROCESSING = {
    "NotFound": "not found",
    "Ambiguous": "cannot be told apart from another one",
    "NotProcessed": "not processed",
    "ValidationError": "not valid",
    "ProtocolError": "not understood",
    "AlreadyBoundToAnotherCustomer": "already belongs to another customer",
}


class Answer(NamedTuple):
    """A successful answer: HTTP status, Mindbox status and the text."""

    http_status: int
    status: str
    text: str


def read_answer(call, http_status, headers, content):
    """Decide, in one place, what an answer means (contract: error_processing)."""
    kept = {"http_status": http_status, "response": content[:KEPT_ANSWER_CHARS]}
    if http_status == 429:
        raise MindboxThrottled(
            "Mindbox asks to slow down (429).",
            retry_after=_retry_after(headers.get("Retry-After")),
            **kept,
        )
    if http_status in MISCONFIGURED:
        raise MindboxMisconfigured(MISCONFIGURED[http_status], **kept)
    if http_status in (408, 425) or http_status >= 500 or http_status < 200:
        raise MindboxUnavailable(f"Mindbox is out of order ({http_status}).", **kept)
    if 300 <= http_status < 400:
        raise MindboxUnavailable(
            f"The address answers with a redirect ({http_status}).", **kept
        )
    answer = _parse(content)
    if http_status >= 400:
        raise MindboxRejected(_explain(answer, http_status), **kept)
    return _read_success(call, http_status, answer, kept)


def _read_success(call, http_status, answer, kept):
    status = answer.get("status")
    if status in SUCCESS:
        _check_processing(call, status, answer, kept)
        return Answer(http_status, status, kept["response"])
    if status in REFUSALS:
        raise MindboxRejected(_explain(answer, http_status), **kept)
    if status == "InternalServerError":
        raise MindboxUnavailable("Mindbox is out of order.", **kept)
    # Many things that listen say {"status": "ok"}: nothing may be lost to them.
    raise MindboxUnavailable("What answers is not Mindbox.", **kept)


def _check_processing(call, status, answer, kept):
    """A synchronous success still tells per entity whether it was found."""
    if call.mode != "sync" or status != "Success":
        return
    for entity in ("customer", "order", "discountCard"):
        part = answer.get(entity)
        outcome = part.get("processingStatus") if isinstance(part, dict) else None
        if isinstance(outcome, str) and outcome in REFUSED_PROCESSING:
            raise MindboxRejected(
                f"Mindbox: {entity} {REFUSED_PROCESSING[outcome]}.", **kept
            )


def _parse(content):
    """Return the answer's JSON object, unwrapped, or an empty dict."""
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    if isinstance(answer, dict) and isinstance(answer.get("result"), dict):
        answer = answer["result"]
    return answer if isinstance(answer, dict) else {}


def _explain(answer, http_status):
    """Put a refusal in words: Mindbox's messages, or at least the code."""
    messages = answer.get("validationMessages")
    texts = [
        f"{message.get('message')} ({message.get('location') or '-'})"
        for message in (messages if isinstance(messages, list) else [])
        if isinstance(message, dict) and message.get("message")
    ]
    if not texts and isinstance(answer.get("errorMessage"), str):
        texts = [answer["errorMessage"]]
    if reason := clean("; ".join(texts)).strip():
        return reason[:1000]
    return f"Mindbox refuses the call ({http_status})."


def _retry_after(value):
    """Return the seconds to wait: Retry-After as seconds or date, within bounds."""
    try:
        seconds = int(value)
    except (TypeError, ValueError):
        seconds = _seconds_until(value)
    if seconds is None or seconds <= 0:
        return THROTTLE_DEFAULT
    return min(seconds, THROTTLE_MAX)


def _seconds_until(date):
    try:
        moment = parsedate_to_datetime(date)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return int((moment - datetime.now(timezone.utc)).total_seconds())


def clean(text):
    """Return a text without what PostgreSQL cannot store."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
