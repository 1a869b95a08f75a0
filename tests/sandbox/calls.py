"""The log of calls: a ring of the last ones, with everything but the secret key."""

import json
import time
from collections import deque
from datetime import datetime, timezone
from itertools import islice

HIDDEN_HEADERS = {"authorization", "cookie"}
LONGEST_BODY = 64 * 1024
ALL_BODIES = 256 * 1024 * 1024


class Call:
    """One call as it came, and what became of it."""

    __slots__ = (
        "seq",
        "at",
        "began",
        "mode",
        "operation",
        "endpoint_id",
        "transaction_id",
        "device_uuid",
        "customer_ip",
        "auth_scheme",
        "query",
        "headers",
        "http_status",
        "status",
        "effect",
        "duplicate",
        "stale",
        "warnings",
        "error",
        "fault",
        "customer_id",
        "customer_key",
        "body",
        "size",
        "answer",
        "ms",
        "late",
        "state",
        "executed",
    )

    def __init__(self, mode, query, headers):
        self.seq = 0
        self.at = time.time()
        self.began = time.perf_counter()
        self.mode = mode
        self.query = query
        self.headers = headers
        self.operation = query.get("operation")
        self.endpoint_id = query.get("endpointId")
        self.transaction_id = query.get("transactionId")
        self.device_uuid = query.get("deviceUUID")
        self.customer_ip = headers.get("X-Customer-IP")
        self.auth_scheme = self.status = self.error = self.fault = None
        self.customer_id = self.customer_key = self.answer = None
        self.http_status = None
        self.effect = self.duplicate = self.stale = False
        self.warnings = ()
        self.body = b""
        self.size = 0
        self.ms = 0.0
        self.late = self.state = self.executed = None

    def warn(self, location, message):
        """Something a person should know; Mindbox itself would not mind."""
        self.warnings = (*self.warnings, {"location": location, "message": message})

    def remark(self, location, message):
        """A validation error that does not stop the call: in the log "with errors"."""
        note = {"location": location, "message": message, "remark": True}
        self.warnings = (*self.warnings, note)

    @property
    def has_errors(self):
        return self.state == "failed" or any("remark" in one for one in self.warnings)

    @property
    def outcome(self):
        """processing, completed, remarks or failed; None where Mindbox has no trace."""
        if self.state == "completed" and self.has_errors:
            return "remarks"
        return self.state

    def finish(self, state=None):
        """Executed, or refused: this is what Mindbox knows of it."""
        self.state = state or ("failed" if self.error else "completed")
        self.executed = time.time()


def as_json(raw):
    """The body for people: parsed where it is JSON, else its text."""
    text = (raw or b"").decode("utf-8", "replace")
    try:
        return json.loads(text)
    except ValueError:
        return text


def iso(moment):
    stamp = datetime.fromtimestamp(moment, timezone.utc).isoformat(
        timespec="microseconds"
    )
    return stamp.replace("+00:00", "Z")


SUMMARY = (
    "seq",
    "mode",
    "operation",
    "endpoint_id",
    "transaction_id",
    "device_uuid",
    "customer_ip",
    "auth_scheme",
    "http_status",
    "status",
    "effect",
    "duplicate",
    "stale",
    "error",
    "fault",
    "size",
    "outcome",
)


def summary(call):
    shown = {key: getattr(call, key) for key in SUMMARY}
    shown["at"] = iso(call.at)
    shown["executed_at"] = call.executed and iso(call.executed)
    shown["ms"] = round(call.ms, 2)
    shown["warnings"] = list(call.warnings)
    shown["customer"] = {"id": call.customer_id, "key": call.customer_key}
    return shown


def detail(call):
    shown = summary(call)
    shown["body"] = as_json(call.body)
    shown["answer"] = as_json(call.answer)
    shown["query"] = dict(call.query)
    shown["headers"] = {
        key: value
        for key, value in call.headers.items()
        if key.lower() not in HIDDEN_HEADERS
    }
    return shown


def digest(body):
    """What a body is about, in a few values for the page: total, items, amount,
    status.
    """
    if not isinstance(body, dict):
        return {}
    order = body.get("order") if isinstance(body.get("order"), dict) else {}
    found = {
        "order": next(iter((order.get("ids") or {}).values()), None),
        "total": order.get("totalPrice"),
        "lines": size_of(order.get("lines")),
        "items": size_of(body.get("productList")),
        "status": body.get("orderLinesStatus"),
        "product": product_of(body),
    }
    changes = body.get("balanceChanges")
    if changes and isinstance(changes, list):
        found["amount"] = changes[0].get("changeAmount")
    return {key: value for key, value in found.items() if value is not None}


def size_of(value):
    return len(value) if isinstance(value, list) else None


def product_of(body):
    for wrap, part in (
        ("viewProduct", "product"),
        ("viewProductCategory", "productCategory"),
    ):
        ids = ((body.get(wrap) or {}).get(part) or {}).get("ids")
        if ids:
            return next(iter(ids.values()))
    return None


class CallLog:
    """The last `limit` calls, counters of all, and the keys that were processed."""

    def __init__(self, limit=200_000, keys=2_000_000):
        self.ring = deque(maxlen=limit)
        self.keys_limit = keys
        self.reset()

    def reset(self):
        self.ring.clear()
        self.with_body, self.body_bytes = deque(), 0
        self.keys = {}
        self.last = 0
        self.in_flight = 0
        self.counts = dict.fromkeys(
            ("calls", "effects", "duplicates", "errors", "warnings", "stale", "faults"),
            0,
        )
        self.counts["failed_late"] = 0
        self.waiting = 0
        # What was executed after its answer, for the page; how many there were in all.
        self.late = deque(maxlen=1000)
        self.executed = 0

    # -- idempotency keys ---
    def knows(self, key):
        return key in self.keys

    def body_of(self, key):
        return self.keys.get(key)

    def remember(self, key, body_hash):
        self.keys[key] = body_hash
        if len(self.keys) > self.keys_limit:
            del self.keys[next(iter(self.keys))]

    # -- calls ---
    def record(self, call, answer, body, keep_body):
        self.last += 1
        call.seq = self.last
        call.size = len(body)
        call.ms = (time.perf_counter() - call.began) * 1000
        if answer is not None:
            call.http_status, call.status = answer.http, answer.status
            call.error = call.error or answer.message or None
        if keep_body:
            self.keep_body(call, body, answer)
        self.ring.append(call)
        self.count(call)

    def finished(self, call):
        """An accepted call was executed after its answer."""
        self.waiting -= 1
        self.executed += 1
        self.late.append(call)
        self.counts["failed_late"] += call.state == "failed"
        self.count_outcome(call)

    def keep_body(self, call, body, answer):
        """Bodies of the newest calls, as many as fit into the memory meant for them."""
        call.body = body[:LONGEST_BODY]
        call.answer = answer.body[:LONGEST_BODY] if answer is not None else None
        self.with_body.append(call)
        self.body_bytes += len(call.body)
        while self.body_bytes > ALL_BODIES or len(self.with_body) > self.ring.maxlen:
            oldest = self.with_body.popleft()
            self.body_bytes -= len(oldest.body)
            oldest.body = b""

    def count(self, call):
        counts = self.counts
        counts["calls"] += 1
        counts["duplicates"] += call.duplicate
        counts["faults"] += call.fault is not None
        if call.state == "processing":
            self.waiting += 1
        else:
            self.count_outcome(call)

    def count_outcome(self, call):
        counts = self.counts
        counts["effects"] += call.effect
        counts["stale"] += call.stale
        counts["errors"] += call.error is not None
        counts["warnings"] += bool(call.warnings)

    def after(self, seq):
        """Calls younger than `seq`, oldest first."""
        first = self.last - len(self.ring) + 1
        return islice(self.ring, max(0, seq + 1 - first), None)

    def select(self, since=None, limit=None, **wanted):
        """Matching calls, oldest first: from `since` on, or without it the newest
        `limit`.
        """
        wanted = {key: value for key, value in wanted.items() if value}
        found = (
            call
            for call in (
                self.after(since) if since is not None else reversed(self.ring)
            )
            if all(getattr(call, key) == value for key, value in wanted.items())
        )
        chosen = list(islice(found, limit))
        return chosen if since is not None else chosen[::-1]
