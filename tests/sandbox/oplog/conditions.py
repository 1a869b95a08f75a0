"""Which calls an export is asked for."""

import re
import time
from datetime import datetime, timezone
from typing import NamedTuple

from ..contract.errors import Invalid

MINUTE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
STATES = ("completed", "failed", "processing")
DAY = 24 * 3600


class Conditions(NamedTuple):
    since: float | None = None
    till: float | None = None
    state: str | None = None
    has_errors: bool | None = None
    endpoint: str | None = None
    operations: frozenset = frozenset()

    def fit(self, call):
        return (
            (self.since is None or call.at >= self.since)
            and (self.till is None or call.at < self.till)
            and self.state in (None, call.state)
            and self.has_errors in (None, call.has_errors)
            and self.endpoint in (None, call.endpoint_id)
            and (not self.operations or call.operation in self.operations)
        )


EVERYTHING = Conditions()


def read(body):
    """The conditions of a body; what cannot be one is a ValidationError."""
    found = Conditions(
        since=minute(body, "sinceDateTimeUtc"),
        till=minute(body, "tillDateTimeUtc"),
        state=choice(body, "resultState", STATES),
        has_errors={None: None, "true": True, "false": False}[
            choice(body, "hasErrors", ("true", "false"))
        ],
        endpoint=external_id(body.get("endpoint")),
        operations=frozenset(
            one["ids"]["systemName"] for one in body.get("operations", ())
        ),
    )
    if None not in (found.since, found.till) and found.since >= found.till:
        raise Invalid("the period is empty", "/tillDateTimeUtc")
    return found


def minute(body, name):
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not MINUTE.fullmatch(value):
        raise Invalid("must be YYYY-MM-DD hh:mm, UTC", f"/{name}")
    try:
        moment = datetime.strptime(value, "%Y-%m-%d %H:%M")
    except ValueError:
        raise Invalid("no such minute", f"/{name}") from None
    return moment.replace(tzinfo=timezone.utc).timestamp()


def choice(body, name, values):
    value = body.get(name)
    value = str(value).lower() if isinstance(value, bool) else value
    if value is not None and value not in values:
        raise Invalid(f"must be one of {', '.join(values)}", f"/{name}")
    return value


def external_id(part):
    return (part or {}).get("ids", {}).get("externalId")


def select(log, project, conditions=EVERYTHING):
    """The calls of the log that fit, oldest first, as far as it reaches back."""
    begin = time.time() - project.settings["log_days"] * DAY
    for call in list(log.ring):
        if call.state and call.operation in project.operations:
            if call.at >= begin and conditions.fit(call):
                yield call
