# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How the integration points do, in numbers: for monitoring, alerts and dashboard.

Only what waits and what was finished lately is looked at, along partial indexes: the
cost does not grow with the millions of rows that are kept.
"""

from datetime import timedelta

from odoo.tools import SQL

from .facts import (
    IS_EVENT,
    IS_IGNORED,
    WAITS_SINCE,
    WINDOWS,
    Facts,
    query_requests,
)

# The clock of a server may go back.
DELIVERY_TIME = SQL("GREATEST(sent_at - %s, interval '0')", WAITS_SINCE)
NO_OUTCOMES = {"outcomes": {}, "calls": 0, "erroneous": 0, "stale": 0}
FINISHED_STATES = ("sent", "rejected", "skipped", "cancelled")
OUTCOMES = ("processed", "with_remarks", "failed", "unknown")
COUNT_OUTCOMES = SQL(", ").join(
    SQL("count(*) FILTER (WHERE outcome = %s) AS %s", name, SQL.identifier(name))
    for name in OUTCOMES
)
# Scenarios of Mindbox ignore events that are older.
STALE = timedelta(days=7)
# The operation log has told of a call by then.
TOLD_WITHIN = timedelta(hours=1)
# The operation log reaches no further back.
LOG_REACH = timedelta(days=14)


class Measures(Facts):
    """Takes the measures of integration points, in a few statements for all:

    * ``status``: ``draft``, ``running``, ``held`` or ``paused``; ``reason``: the
      code of why, "" where it runs
    * ``held_seconds``: for how long nothing has come through
    * ``held_operations``: {name: code of why} of those by which nothing leaves
    * ``waiting``, ``oldest_seconds``, ``oldest_consent_seconds``: what waits; the
      ages are those of events, not of history that is imported
    * ``failing``, ``failing_customers``, ``most_failures``, ``failing_reason``: calls
      among them that have failed, of how many customers, how often one of them has,
      and the code of why most of them have
    * ``rejected``, ``rejected_reason``: all that somebody has to look at, and the code
      of why in most cases
    * ``unrecorded``: events of the shop that are kept, but cannot become requests
    * ``lately``: whether anything was sent within a day
    * ``health``, ``findings``: what all of this comes to, see ``health.py``
    * ``hour``, ``day``: finished requests by state, and ``success_rate``: the
      share of sent ones among sent and rejected, None where there were none
    * ``p95_seconds``: from event to delivery, within which 95 % of the requests
      sent in the last hour arrived; None where there were none
    * ``outcomes``: what became of the calls accepted within a day, by outcome
    * ``calls``, ``erroneous``: within a day, those that Mindbox has answered, and
      those of them that it has refused, at once or late
    * ``stale``: events of a day that were older than a week when they arrived
    * ``untold``: accepted more than an hour ago, and Mindbox's log tells nothing;
      None where it is not read
    * ``job_seconds``: for how long nobody has begun the delivery that is due
    * ``differences``, ``erasures``: what somebody has to mend, and whom to delete
    """

    def take(self):
        """Return {endpoint: measures}, the same keys for each, no personal data."""
        facts = self.take_facts()
        finished = self._get_finished()
        latency = self._get_latency()
        outcomes, untold = self._get_outcomes(), self._get_untold()
        return {
            endpoint: {
                **facts[endpoint],
                **{w: _judge(c) for w, c in finished[endpoint.id].items()},
                "p95_seconds": latency.get(endpoint.id),
                **outcomes.get(endpoint.id, NO_OUTCOMES),
                "untold": untold.get(endpoint.id, 0)
                if endpoint.log_export_operation
                else None,
            }
            for endpoint in self.endpoints
        }

    def _get_finished(self):
        """Return {endpoint ID: {window: {state: count}}} of what was finished."""
        rows = query_requests(
            self.env,
            SQL(
                """
                SELECT endpoint_id, count(*) AS day,
                       CASE WHEN state = 'rejected' AND %(is_ignored)s THEN 'ignored'
                            ELSE state END AS state,
                       count(*) FILTER (WHERE next_attempt_at >= %(hour)s) AS hour
                  FROM mindbox_request
                 WHERE state != 'pending' AND next_attempt_at >= %(day)s
                   AND endpoint_id = ANY(%(endpoints)s)
                 GROUP BY endpoint_id, 3
                """,
                is_ignored=IS_IGNORED,
                **{name: self.now - span for name, span in WINDOWS.items()},
                endpoints=self.endpoints.ids,
            ),
        )
        found = {
            endpoint.id: {window: {} for window in WINDOWS}
            for endpoint in self.endpoints
        }
        for row in rows:
            for window in WINDOWS:
                found[row["endpoint_id"]][window][row["state"]] = row[window]
        return found

    def _get_outcomes(self):
        """Return {endpoint ID: what became of the calls of a day}."""
        rows = query_requests(
            self.env,
            SQL(
                """
                SELECT endpoint_id, %(outcomes)s,
                       count(*) FILTER (WHERE http_status > 0) AS calls,
                       count(*) FILTER (WHERE http_status > 0 AND state = 'rejected')
                           AS erroneous,
                       count(*) FILTER (WHERE %(is_event)s
                                          AND sent_at - occurred_at > %(stale)s)
                           AS stale
                  FROM mindbox_request
                 WHERE state != 'pending' AND next_attempt_at >= %(since)s
                   AND endpoint_id = ANY(%(endpoints)s)
                 GROUP BY endpoint_id
                """,
                outcomes=COUNT_OUTCOMES,
                is_event=IS_EVENT,
                stale=STALE,
                since=self.now - WINDOWS["day"],
                endpoints=self.endpoints.ids,
            ),
        )
        return {
            row.pop("endpoint_id"): {
                "outcomes": {name: row.pop(name) for name in OUTCOMES}
            }
            | row
            for row in rows
        }

    def _get_untold(self):
        """Return {endpoint ID: calls of which the log should have told by now}."""
        asking = self.endpoints.filtered("log_export_operation")
        if not asking:
            return {}
        rows = query_requests(
            self.env,
            SQL(
                """
                SELECT endpoint_id, count(*) FROM mindbox_request
                 WHERE state = 'sent' AND outcome = 'unknown' AND mode = 'async'
                   AND sent_at BETWEEN %s AND %s AND endpoint_id = ANY(%s)
                 GROUP BY endpoint_id
                """,
                self.now - LOG_REACH,
                self.now - TOLD_WITHIN,
                asking.ids,
            ),
        )
        return {row["endpoint_id"]: row["count"] for row in rows}

    def _get_latency(self):
        """Return {endpoint ID: seconds} from event to delivery, 95 of 100 below it."""
        rows = query_requests(
            self.env,
            SQL(
                """
                SELECT endpoint_id,
                       EXTRACT(EPOCH FROM percentile_disc(0.95)
                           WITHIN GROUP (ORDER BY %s))::float AS p95
                  FROM mindbox_request
                 WHERE state = 'sent' AND %s AND next_attempt_at >= %s
                   AND endpoint_id = ANY(%s)
                 GROUP BY endpoint_id
                """,
                DELIVERY_TIME,
                IS_EVENT,
                self.now - WINDOWS["hour"],
                self.endpoints.ids,
            ),
        )
        return {row["endpoint_id"]: row["p95"] for row in rows}


def _judge(counts):
    """Return the counts of all states, and the share of what Mindbox has accepted."""
    counts = {state: counts.get(state, 0) for state in FINISHED_STATES}
    judged = counts["sent"] + counts["rejected"]
    return counts | {"success_rate": counts["sent"] / judged if judged else None}
