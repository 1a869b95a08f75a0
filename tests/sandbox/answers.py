"""The answers of Mindbox: envelopes and their HTTP codes."""

import json
import uuid
from dataclasses import dataclass, field
from decimal import Decimal

JSON = "application/json; charset=utf-8"


def plain(value):
    """What JSON does not know: decimals become numbers, moments become texts."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value)} is not JSON")


def dumps(document):
    return json.dumps(document, default=plain, separators=(",", ":"))


@dataclass(slots=True)
class Answer:
    http: int = 200
    body: bytes = b""
    status: str = ""
    content_type: str | None = JSON
    headers: dict = field(default_factory=dict)
    message: str = ""


def document(status, http=200, **parts):
    body = dumps({"status": status, **parts}).encode()
    return Answer(http, body, status, message=parts.get("errorMessage", ""))


def success(parts=None):
    return document("Success", **parts) if parts else SUCCESS


def validation_error(messages):
    return document("ValidationError", validationMessages=messages)


def failure(status, http, message, headers=None):
    answer = document(
        status,
        http,
        errorMessage=message,
        errorId=str(uuid.uuid4()),
        httpStatusCode=http,
    )
    answer.headers.update(headers or {})
    return answer


def protocol_error(message, http=400, headers=None):
    return failure("ProtocolError", http, message, headers)


def server_error(message="Internal server error", http=500):
    return failure("InternalServerError", http, message)


def bare(http, body=b"", content_type=None):
    """404, 502, 504 and friends have no JSON body."""
    return Answer(http, body, "", content_type)


SUCCESS = document("Success")
ALREADY = document("TransactionAlreadyProcessed")
