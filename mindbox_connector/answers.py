# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an answer of Mindbox means, decided in one place: who must act.

Contract: https://developers.mindbox.ru/docs/v3
"""

import json
import re
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import NamedTuple

from .exceptions import (
    MindboxMisconfigured,
    MindboxMissing,
    MindboxRejected,
    MindboxThrottled,
    MindboxUnavailable,
)

KEPT_ANSWER_CHARS = 10_000
KEPT_MESSAGE_CHARS = 1000

# A 429 may carry anything in Retry-After; the answer decides within these bounds.
THROTTLE_DEFAULT = 120
THROTTLE_MAX = 300
RETRY_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")

SUCCESS = {name.lower(): name for name in ("Success", "TransactionAlreadyProcessed")}
REFUSALS = {
    "validationerror": "validation_error",
    "protocolerror": "protocol_error",
}
# HTTP statuses that pass by themselves, whoever has answered so.
PASSING = frozenset({408, 409, 421, 423, 425, 499})
MISCONFIGURED = {
    401: "credentials",
    403: "key_refused",
    404: "address",
    407: "proxy_credentials",
}
# Mindbox says why in its own words; a firewall that blocks a call has a page for it.
OF_THE_KEY = frozenset({401, 403})
# What a synchronous success can hide: the steps ran, but not for this entity.
REFUSED_PROCESSING = {
    "NotFound": "not_found",
    "Ambiguous": "ambiguous",
    "Unavailable": "unavailable",
    "NotProcessed": "not_processed",
    "ValidationError": "invalid",
    "ProtocolError": "not_understood",
    "AlreadyBoundToAnotherCustomer": "other_customer",
    "DiscountCardIsBlocked": "card_blocked",
    "InvalidAuthenticationTicket": "ticket_invalid",
    "PriceHasBeenChanged": "price_changed",
    "PersonalDiscountsCalculationIsUnavailable": "not_calculated",
    "DiscountsCalculationIsUnavailable": "not_calculated",
    "RequiredEntityMissingFromResponse": "not_answered",
}
# The same where Mindbox itself has failed: tried again.
FAILED_PROCESSING = "MindboxServerError"
# The parts of an answer that tell what became of an entity, or of a list of them.
ENTITIES = (
    "customer",
    "order",
    "discountCard",
    "customersToMerge",
    "resultingCustomer",
)
# What these mean may be on its way to Mindbox still.
MISSING = frozenset({"not_found", "customer_unknown", "order_unknown"})
# What Mindbox's own words tell more of a refusal. They are not part of the contract:
# what fits none of these is known by its status alone.
REFUSED_MESSAGES = tuple(
    (re.compile(pattern, re.IGNORECASE), code)
    for pattern, code in (
        (
            r"(unknown|no such) operation|не найдена операци"
            r"|operation\b.*\b(not found|not exist|unknown|disabled|cannot be called)"
            r"|операци.*(не найден|не существует|отключен|не может быть вызван)",
            "operation_refused",
        ),
        (
            r"(registered|exists?) already|already exist|уже (существ|зарегистр)"
            r"|must be unique|должны быть уникальны",
            "known_already",
        ),
        (r"order\b.* not found|заказ\b.* не найден", "order_unknown"),
        (
            r"customer\b.* not found|(клиент|потребитель)\b.* не найден",
            "customer_unknown",
        ),
    )
)
# Where a message points that says: somebody is there with this ID or contact already.
# Words differ by project; of a value that is no address or number they speak otherwise.
OWN_PLACE = re.compile(r"\(/?customer/(ids/\w+|email|mobilePhone)\)", re.IGNORECASE)
BAD_VALUE = re.compile(
    r"invalid|incorrect|wrong|format|некорректн|неверн|формат", re.IGNORECASE
)


class Answer(NamedTuple):
    """A successful answer: HTTP status, Mindbox status, the text, and the remarks.

    ``remarks``: what Mindbox says of values that it has dropped, "" where of none.
    ``content``: the whole of what it says, with all keys in small letters.
    """

    http_status: int
    status: str
    text: str
    remarks: str = ""
    content: dict = MappingProxyType({})


def read_answer(call, http_status, headers, content):
    """Decide, in one place, what an answer means (contract: error_processing)."""
    kept = {"http_status": http_status, "response": content[:KEPT_ANSWER_CHARS]}
    if http_status == 429:
        raise MindboxThrottled(
            "throttled",
            retry_after=_retry_after(headers.get("Retry-After")),
            **kept,
        )
    if http_status in OF_THE_KEY and _is_foreign(content):
        raise MindboxUnavailable("not_mindbox", **kept)
    if http_status in MISCONFIGURED:
        raise MindboxMisconfigured(MISCONFIGURED[http_status], **kept)
    if http_status in PASSING or http_status >= 500 or http_status < 200:
        raise MindboxUnavailable("server_error", status=http_status, **kept)
    if 300 <= http_status < 400:
        raise MindboxUnavailable("redirect", status=http_status, **kept)
    answer = _parse(content)
    status = str(answer.get("status")).lower()
    if status in REFUSALS:
        raise _get_refusal(status, answer, kept)
    if http_status < 400 and status in SUCCESS:
        _check_processing(call, status, answer, kept)
        remarks = _join_messages(answer)
        return Answer(http_status, SUCCESS[status], kept["response"], remarks, answer)
    if status == "internalservererror":
        raise MindboxUnavailable("out_of_order", **kept)
    # Firewalls, proxies and what else listens say {"status": "ok"}, or refuse with a
    # page of their own: nothing may be lost to them.
    raise MindboxUnavailable("not_mindbox", **kept)


def _check_processing(call, status, answer, kept):
    """A synchronous success still tells per entity whether it was found."""
    if call.mode != "sync" or status != "success":
        return
    for entity in ENTITIES:
        parts = answer.get(entity.lower())
        for part in parts if isinstance(parts, list) else [parts]:
            outcome = part.get("processingstatus") if isinstance(part, dict) else None
            if isinstance(outcome, str):
                _check_entity(entity, outcome, kept)


def _check_entity(entity, outcome, kept):
    if outcome == FAILED_PROCESSING:
        raise MindboxUnavailable("out_of_order", **kept)
    if outcome in REFUSED_PROCESSING:
        raise make_refusal(REFUSED_PROCESSING[outcome], entity=entity, **kept)


def make_refusal(code, /, **kwargs):
    """Return the exception of a refusal, by its code."""
    return (MindboxMissing if code in MISSING else MindboxRejected)(code, **kwargs)


def _parse(content):
    """Return the answer's JSON object, unwrapped, or an empty dict.

    Its keys in small letters: how they are written has changed before.
    """
    try:
        answer = json.loads(
            content.removeprefix("\ufeff"),
            object_pairs_hook=lambda pairs: {key.lower(): v for key, v in pairs},
        )
    except (ValueError, RecursionError):
        return {}
    if isinstance(answer, dict) and isinstance(answer.get("result"), dict):
        answer = answer["result"]
    return answer if isinstance(answer, dict) else {}


def _is_foreign(content):
    """Whether somebody else than Mindbox says something in an answer."""
    return bool(content.strip()) and "status" not in _parse(content)


def _get_refusal(status, answer, kept):
    """Return the exception of a refusal: with Mindbox's messages, or the status."""
    messages = _join_messages(answer)
    if not messages:
        return MindboxRejected("refused", status=kept["http_status"], **kept)
    code = read_messages(messages) or REFUSALS[status]
    return make_refusal(code, messages=messages, **kept)


def read_messages(messages):
    """Return the code of a refusal that Mindbox's words tell of, None where unclear."""
    told = (code for pattern, code in REFUSED_MESSAGES if pattern.search(messages))
    return next(told, None)


def tells_of_known(reason):
    """Whether a refusal means that what was to be made is there already."""
    messages = (reason.details or {}).get("messages", "")
    return reason.code == "known_already" or bool(
        reason.code == "validation_error"
        and OWN_PLACE.search(messages)
        and not BAD_VALUE.search(messages)
    )


def _join_messages(answer):
    return shorten("; ".join(_get_messages(answer)))


def _get_messages(answer):
    """Return what Mindbox says about a body, each with the place in it."""
    messages = answer.get("validationmessages")
    texts = [
        f"{message.get('message')} ({message.get('location') or '-'})"
        for message in (messages if isinstance(messages, list) else [])
        if isinstance(message, dict) and message.get("message")
    ]
    if not texts and isinstance(answer.get("errormessage"), str):
        texts = [answer["errormessage"]]
    return texts


def _retry_after(value):
    """Return the seconds to wait: Retry-After as seconds or date, within bounds."""
    if value and RETRY_SECONDS.fullmatch(value.strip()):
        return min(float(value), THROTTLE_MAX)
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


def shorten(messages):
    """Return messages of Mindbox as a reason keeps them."""
    return clean(messages).strip()[:KEPT_MESSAGE_CHARS]


def clean(text):
    """Return a text without what PostgreSQL cannot store."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
