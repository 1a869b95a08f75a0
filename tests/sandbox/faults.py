"""Faults: what can go wrong between a sender and Mindbox, switched on and off."""

import random
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

from . import answers

NGINX = b"<html><head><title>%d</title></head><body><h1>%s</h1></body></html>"
PORTAL = b"<!doctype html><html><body><h1>We will be back soon</h1></body></html>"
HTML = "text/html; charset=utf-8"
# Statuses of a firewall, none of which is about the call; 407 and 429 say more.
BLOCKED = (400, 402, 405, 406, 408, 410, 411, 413, 415, 418, 421, 425, 431, 451, 499)


def gateway(http, words):
    return answers.bare(http, NGINX % (http, words), HTML)


def retry_after(value):
    """Seconds, `date` or `date:<seconds>` for an HTTP date, any other text as it is,
    or nothing.
    """
    if value is None or value == "":
        return {}
    value = str(value)
    if value.startswith("date"):
        seconds = int(value.partition(":")[2] or 30)
        moment = datetime.now(timezone.utc) + timedelta(seconds=seconds)
        value = format_datetime(moment, usegmt=True)
    return {"Retry-After": value}


def block(fault):
    """What stands before Mindbox lets nobody through, whatever it calls that."""
    return gateway(fault.chance.choice(BLOCKED), b"Request blocked")


def throttle(fault):
    text = "Too many requests"
    return answers.protocol_error(text, 429, retry_after(fault.retry_after))


# Kinds that answer at once, before anything happens.
ANSWERS = {
    "400": lambda fault: answers.protocol_error("Fault 400: the request is wrong", 400),
    "401": lambda fault: answers.protocol_error("Fault 401: no credentials", 401),
    "403": lambda fault: answers.protocol_error(
        "Fault 403: wrong secret key or endpoint", 403
    ),
    "404": lambda fault: answers.bare(404),
    "429": throttle,
    "500": lambda fault: answers.server_error("Fault 500", 500),
    "502": lambda fault: gateway(502, b"502 Bad Gateway"),
    "503": lambda fault: answers.server_error("Fault 503: service unavailable", 503),
    "504": lambda fault: gateway(504, b"504 Gateway Time-out"),
    "html": lambda fault: answers.bare(200, PORTAL, HTML),
    "firewall": block,
    "empty": lambda fault: answers.bare(200),
    "validation_error": lambda fault: answers.validation_error(
        [{"message": "Fault: a value is wrong", "location": "/customer/email"}]
    ),
}
# Kinds that touch the connection or the clock; the server knows them.
CONNECTION = (
    *("slow", "black_hole", "reset", "lost_answer", "half_answer", "early_hints"),
    "refused",
)
# Kinds that come after the answer: to an accepted asynchronous call, and to an export
# of the operation log.
LATE = ("late_failure", "late_remark")
EXPORT = ("export_not_ready", "export_cancelled")
KINDS = (*ANSWERS, *CONNECTION, *LATE, *EXPORT)
PERS = ("call", "transaction", "customer")


def check_kind(kind, allowed=(*KINDS, "ok")):
    if kind not in allowed:
        raise ValueError(f"unknown fault kind {kind!r}, known are {', '.join(allowed)}")
    return kind


@dataclass(slots=True)
class Fault:
    """One switched-on fault.

    `customers`: of these only, as the log calls them. `times`: for so many calls.
    `for_seconds`: for so long. `share`: for such a part of the calls, chosen by the
    seed. `message`: what the log says of a late one.
    """

    kind: str = "series"
    operation: str | None = None
    endpoint: str | None = None
    customers: list | None = None
    times: int | None = None
    seconds: float | None = None
    retry_after: object = None
    for_seconds: float | None = None
    series: list = field(default_factory=list)
    per: str = "call"
    share: float | None = None
    message: str | None = None
    seed: int = 0
    id: int = 0
    hits: int = 0
    until: float | None = None
    steps: dict = field(default_factory=dict)
    chance: object = None

    def __post_init__(self):
        if self.series:
            self.series = [
                step if isinstance(step, dict) else {"kind": step}
                for step in self.series
            ]
            allowed = (*ANSWERS, *CONNECTION[:-1], "ok")
            for step in self.series:
                check_kind(step.get("kind"), allowed)
        else:
            check_kind(self.kind, KINDS)
        self.check_scope()

    def check_scope(self):
        if self.per not in PERS:
            raise ValueError(f"per must be one of {', '.join(PERS)}")
        if self.kind == "refused" and (self.operation or self.endpoint or self.times):
            raise ValueError(
                "a closed listener refuses everyone: no operation, endpoint or times"
            )
        self.chance = random.Random(self.seed)
        if self.for_seconds:
            self.until = time.monotonic() + float(self.for_seconds)

    @property
    def over(self):
        spent = self.times is not None and self.hits >= self.times
        return spent or (self.until is not None and time.monotonic() >= self.until)

    def concerns(self, call):
        return (self.operation in (None, call.operation)) and (
            self.endpoint in (None, call.endpoint_id)
        )

    def take(self, call, customer_key):
        """The fault of this attempt, or None when its series says ok or is used up."""
        if self.customers is not None and customer_key() not in self.customers:
            return None
        if self.share is not None and self.chance.random() >= self.share:
            return None
        if not self.series:
            self.hits += 1
            return self
        step = self.next_step(call, customer_key)
        if step is None or step["kind"] == "ok":
            return None
        self.hits += 1
        return Fault(**step, id=self.id)

    def next_step(self, call, customer_key):
        who = {
            "call": "*",
            "transaction": call.transaction_id,
            "customer": customer_key(),
        }[self.per]
        done = self.steps.get(who, 0)
        self.steps[who] = done + 1
        return self.series[done] if done < len(self.series) else None

    def shown(self):
        keys = (
            "id",
            "kind",
            "operation",
            "endpoint",
            "times",
            "seconds",
            "retry_after",
            "share",
            "message",
            "hits",
        )
        shown = {key: getattr(self, key) for key in keys}
        shown["left"] = (
            None if self.until is None else round(self.until - time.monotonic(), 1)
        )
        if self.series:
            shown.update(series=self.series, per=self.per, keys_seen=len(self.steps))
        return shown


class FaultBook:
    """The active faults; the first one that concerns a call and has a step for it
    wins.
    """

    def __init__(self, project):
        self.project = project
        self.active = []
        self.last_id = 0
        self.past = deque(maxlen=50)
        self.on_change = lambda: None

    def add(self, **options):
        """Switch a fault on; a share of the calls is chosen by the seed."""
        options = {key: value for key, value in options.items() if value is not None}
        self.last_id += 1
        seed = self.project.settings["seed"] + self.last_id
        fault = Fault(**{"seed": seed, **options})
        fault.id = self.last_id
        self.active.append(fault)
        self.on_change()
        return fault

    def clear(self, fault_id=None, kind=None):
        def goes(fault):
            return fault_id in (None, fault.id) and kind in (None, fault.kind)

        self.past.extend(fault for fault in self.active if goes(fault))
        self.active = [fault for fault in self.active if not goes(fault)]
        self.on_change()

    def prune(self):
        if any(fault.over for fault in self.active):
            self.past.extend(fault for fault in self.active if fault.over)
            self.active = [fault for fault in self.active if not fault.over]
            self.on_change()

    def pick(self, call, customer_key):
        """The fault of a call that arrives."""
        return self.first(call, customer_key, (*ANSWERS, *CONNECTION, "series"))

    def pick_after(self, call, kinds):
        """The fault of a call that is accepted, or of an export."""
        return self.first(call, lambda: None, kinds)

    def first(self, call, customer_key, kinds):
        if not self.active:
            return None
        self.prune()
        concerned = (
            fault
            for fault in self.active
            if fault.kind in kinds and fault.concerns(call)
        )
        taken = (fault.take(call, customer_key) for fault in concerned)
        return next((fault for fault in taken if fault is not None), None)

    @property
    def refusing(self):
        return any(fault.kind == "refused" and not fault.over for fault in self.active)

    def holds(self, fault_id):
        return any(fault.id == fault_id and not fault.over for fault in self.active)

    def shown(self):
        self.prune()
        return [fault.shown() for fault in self.active]
