# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The measures from which the health of an integration point is judged."""

from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from ..outbox.shares import get_job_keys
from .health import judge

WINDOWS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
# What was sent again counts from then on; history, which waits behind all that happens
# in the shop and is as old as the shop, tells nothing about how fast events are.
WAITS_SINCE = SQL("GREATEST(occurred_at, queued_at)")
IS_EVENT = SQL("import_chunk_id IS NULL")
HAS_FAILED = SQL("attempts > COALESCE(missing_attempts, 0)")
NOTHING_WAITS = {
    "waiting": 0,
    "oldest_seconds": 0,
    "oldest_consent_seconds": 0,
    "failing": 0,
    "failing_customers": 0,
    "most_failures": 0,
    "failing_reason": "",
}
# Of a refused row: somebody has said that its cause is none to act on.
IS_IGNORED = SQL(
    """
    COALESCE((SELECT mindbox_issue.state = 'ignored' FROM mindbox_issue
               WHERE mindbox_issue.id = mindbox_request.issue_id), FALSE)
    """
)
NOTHING_REJECTED = {"rejected": 0, "rejected_reason": ""}


class Facts:
    """Takes what the health of integration points is judged from, for all at once."""

    def __init__(self, endpoints):
        self.endpoints = endpoints
        self.env = endpoints.env
        self.now = fields.Datetime.now()

    def take_facts(self):
        """Return {endpoint: measures} from which the health is judged, and the health.

        What each of them is: see :class:`~.measures.Measures`.
        """
        waiting, rejected = self._get_waiting(), self._get_rejected()
        late, lately = self.get_job_seconds(), self._get_lately()
        erasures = self.env["mindbox.erasure"]._count_todo(self.endpoints)
        unrecorded = self.env["mindbox.unrecorded"]._count_failed()
        facts = {
            endpoint: {
                **self._get_state(endpoint),
                **waiting.get(endpoint.id, NOTHING_WAITS),
                **rejected.get(endpoint.id, NOTHING_REJECTED),
                "unrecorded": unrecorded,
                "lately": endpoint.id in lately,
                "job_seconds": late.get(endpoint.id, 0),
                "differences": endpoint.difference_count,
                "erasures": erasures.get(endpoint.id, 0),
            }
            for endpoint in self.endpoints
        }
        for measures in facts.values():
            measures["findings"] = judge(measures)
            measures["health"] = measures["findings"][0].state
        return facts

    def _get_state(self, endpoint):
        # While the next call finds out, nothing has come through either.
        held = (
            endpoint.state == "running"
            and not endpoint.held_operation
            and (endpoint.failing_since or endpoint._is_held())
        )
        status = "held" if held else endpoint.state
        codes = {
            "held": endpoint.hold_reason_code,
            "paused": endpoint.pause_reason_code,
        }
        failing = endpoint.state == "running" and endpoint.failing_since
        return {
            "status": status,
            "reason": codes.get(status) or "",
            "held_seconds": (self.now - failing).total_seconds() if failing else 0,
            "held_operations": {
                operation.name: operation.hold_reason_code
                for operation in endpoint._get_held_operations()
            },
        }

    def _get_waiting(self):
        """Return {endpoint ID: what waits, and what of it has failed}."""
        rows = query_requests(
            self.env,
            SQL(
                """
                SELECT endpoint_id,
                       count(*) AS waiting,
                       EXTRACT(EPOCH FROM %(now)s - min(%(since)s) FILTER (
                           WHERE %(is_event)s))::float
                           AS oldest_seconds,
                       EXTRACT(EPOCH FROM %(now)s - min(%(since)s) FILTER (
                           WHERE %(is_event)s AND event = 'customer_subscription'
                       ))::float
                           AS oldest_consent_seconds,
                       count(*) FILTER (WHERE %(failed)s) AS failing,
                       count(DISTINCT customer_key) FILTER (WHERE %(failed)s)
                           AS failing_customers,
                       max(attempts - COALESCE(missing_attempts, 0)) AS most_failures,
                       mode() WITHIN GROUP (ORDER BY reason_code)
                           FILTER (WHERE %(failed)s) AS failing_reason
                  FROM mindbox_request
                 WHERE state = 'pending' AND endpoint_id = ANY(%(endpoints)s)
                 GROUP BY endpoint_id
                """,
                now=self.now,
                since=WAITS_SINCE,
                is_event=IS_EVENT,
                failed=HAS_FAILED,
                endpoints=self.endpoints.ids,
            ),
        )
        return {row.pop("endpoint_id"): _complete(row, NOTHING_WAITS) for row in rows}

    def _get_rejected(self):
        """Return {endpoint ID: how many are rejected, and why most of them are}.

        Those of a cause that somebody ignores have nobody to look at them.
        """
        rows = query_requests(
            self.env,
            SQL(
                """
                SELECT endpoint_id, count(*) AS rejected,
                       mode() WITHIN GROUP (ORDER BY reason_code) AS rejected_reason
                  FROM mindbox_request
                 WHERE state = 'rejected' AND NOT %s AND endpoint_id = ANY(%s)
                 GROUP BY endpoint_id
                """,
                IS_IGNORED,
                self.endpoints.ids,
            ),
        )
        found = {row.pop("endpoint_id"): row for row in rows}
        return {key: _complete(row, NOTHING_REJECTED) for key, row in found.items()}

    def _get_lately(self):
        """Return the IDs of the endpoints of which something was sent within a day."""
        rows = query_requests(
            self.env,
            SQL(
                """
                SELECT wanted.id FROM unnest(%s::int[]) AS wanted (id)
                 WHERE EXISTS (
                    SELECT 1 FROM mindbox_request
                     WHERE state = 'sent' AND endpoint_id = wanted.id
                       AND next_attempt_at >= %s)
                """,
                self.endpoints.ids,
                self.now - WINDOWS["day"],
            ),
        )
        return {row["id"] for row in rows}

    def get_job_seconds(self):
        """Return {endpoint ID: for how long nobody has begun its due delivery}."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT regexp_replace(identity_key, '^.*[./]', '')::int,
                       EXTRACT(EPOCH FROM %(now)s - min(GREATEST(eta, date_created)))
                           ::float
                  FROM queue_job
                 WHERE identity_key = ANY(%(keys)s) AND state IN ('pending', 'enqueued')
                 GROUP BY 1
                """,
                now=self.now,
                keys=get_job_keys(self.endpoints.ids),
            )
        )
        return {endpoint_id: max(0, seconds) for endpoint_id, seconds in rows}


def query_requests(env, query):
    """Return rows as dicts, of requests that are written in SQL mostly."""
    env["mindbox.request"].flush_model()
    return env.execute_query_dict(query)


def _complete(row, nothing):
    """Return a row with what it lacks; ages and attempts are never below zero."""
    return {
        name: max(0, row[name] or 0) if default == 0 else row[name] or default
        for name, default in nothing.items()
    }
