"""Rows of the operation log, column by column."""

import json
import uuid
from datetime import datetime, timezone
from urllib.parse import urlencode

from ..calls import iso

# What Mindbox says, in its own words, for what is said here in English.
DOCUMENTED = {
    "already processed": "Транзакция с идентификатором transactionId={id} уже была "
    "обработана.",
    "The customer cannot be determined unambiguously": "Невозможно однозначно "
    "определить клиента",
}


def stamp(moment):
    if moment is None:
        return ""
    shown = datetime.fromtimestamp(moment, timezone.utc)
    return shown.strftime("%Y-%m-%d %H:%M:%S.") + f"{shown.microsecond // 1000:03d}"


def messages(call):
    """The error, and the remarks; what only the sandbox notes is not among them."""
    found = [one for one in call.warnings if "remark" in one]
    texts = [": ".join(filter(None, (x["location"], x["message"]))) for x in found]
    if call.error:
        said = DOCUMENTED.get(call.error, call.error)
        texts.insert(0, said.replace("{id}", call.transaction_id or ""))
    return "\n".join(texts)


def own_id(call):
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{call.at}/{call.seq}"))


def url(call):
    host = call.headers.get("Host", "")
    return f"https://{host}/v3/operations/{call.mode}?{urlencode(call.query)}"


def shown_headers(call):
    headers = dict(call.headers)
    if call.auth_scheme:
        headers["Authorization"] = f"{call.auth_scheme} <hidden>"
    return json.dumps(headers, ensure_ascii=False)


def text(raw):
    return (raw or b"").decode("utf-8", "replace")


COLUMNS = {
    "TransactionId": own_id,
    "StartDateTimeUtc": lambda call: stamp(call.at),
    "EndDateTimeUtc": lambda call: stamp(call.executed),
    "OperationSystemName": lambda call: call.operation,
    "OperationName": lambda call: call.operation.rpartition(".")[2],
    "EndpointExternalId": lambda call: call.endpoint_id,
    "IntegrationName": lambda call: call.endpoint_id,
    "HasErrors": lambda call: str(call.has_errors).lower(),
    "ErrorMessages": messages,
    "Device": lambda call: call.device_uuid or "",
    "Status": lambda call: call.state,
    "HttpMethod": lambda call: "POST",
    "Url": url,
    "RequestHeaders": shown_headers,
    "RequestBody": lambda call: text(call.body),
    "HTTPStatusCode": lambda call: str(call.http_status or ""),
    "ResponseHeaders": lambda call: "{}",
    "ResponseBody": lambda call: text(call.answer),
}
NAMES = [f"OperationLog{name}" for name in COLUMNS]


def row(call, id_of_caller=False):
    values = [of(call) for of in COLUMNS.values()]
    if id_of_caller and call.transaction_id:
        values[0] = call.transaction_id
    return values


def brief(call):
    """A row for the control interface."""
    return {
        "seq": call.seq,
        "transaction_id": call.transaction_id,
        "operation": call.operation,
        "endpoint_id": call.endpoint_id,
        "mode": call.mode,
        "at": iso(call.at),
        "executed_at": call.executed and iso(call.executed),
        "state": call.state,
        "has_errors": call.has_errors,
        "messages": messages(call),
        "http_status": call.http_status,
    }
