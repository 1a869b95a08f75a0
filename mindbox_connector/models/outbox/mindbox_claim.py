# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which rows may leave now, and in which order."""

from odoo import models
from odoo.tools import SQL

from .mindbox_hold import LONGEST_WAIT
from .mindbox_request import WAITS

# Behind a backlog: whoever has done something so recently comes before it, found among
# so many of the newest rows, with so many of his rows at a time.
FRESH = "10 minutes"
NEWEST = 500
STORY = 20
CLAIMED_COLUMNS = (
    "id, endpoint_id, operation_id, event, mode, res_model, res_id, partner_id, "
    "customer_key, merge_key, cleared, priority, transaction_id, occurred_at, "
    "attempts, payload, device_uuid, customer_ip"
)


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _has_due_rows(self):
        return bool(self._find_due_rows(1, {}, []))

    def _find_due_rows(self, limit, on_the_way, closed_lanes):
        """Return (ID, lane) of due rows in the order of the queue.

        Where more waits than is asked for, half of them are of customers who have
        done something just now: behind a backlog of days they would wait for hours.
        """
        is_due = self._get_due_condition(on_the_way, closed_lanes)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, customer_key, priority
                  FROM mindbox_request due
                 WHERE state = 'pending' AND %(is_due)s
                 ORDER BY priority, id
                 LIMIT %(limit)s
                """,
                is_due=is_due,
                limit=limit,
            )
        )
        share = limit // 2
        if share and len(rows) == limit:
            fresh = self._find_fresh_rows(share, rows[-1][2], is_due, on_the_way)
            rows = list(dict.fromkeys(fresh + rows))[:limit]
        return [(row_id, key) for row_id, key, _priority in rows]

    def _find_fresh_rows(self, limit, priority, is_due, on_the_way):
        """Return the first rows of customers with an event of the last minutes.

        A customer's own backlog goes before his event, so that his order is kept.

        :param int priority: where in the queue the backlog is
        :param SQL is_due: the condition on ``due``
        """
        return self.env.execute_query(
            SQL(
                """
                WITH newest AS (
                    SELECT customer_key, occurred_at FROM mindbox_request
                     WHERE endpoint_id = %(endpoint)s AND state = 'pending'
                       AND priority = %(priority)s
                       AND occurred_at > now() at time zone 'UTC' - %(fresh)s::interval
                       AND id != ALL(%(on_the_way)s)
                     ORDER BY occurred_at DESC
                     LIMIT %(newest)s
                ), customer AS (
                    SELECT customer_key, max(occurred_at) AS latest
                      FROM newest GROUP BY customer_key
                )
                SELECT story.id, story.customer_key, story.priority
                  FROM customer, LATERAL (
                      SELECT id, customer_key, priority
                        FROM mindbox_request due
                       WHERE %(waits)s AND %(is_due)s AND priority <= %(priority)s
                         AND customer_key = customer.customer_key
                       ORDER BY priority, id
                       LIMIT %(story)s
                  ) story
                 ORDER BY latest DESC, story.priority, story.id
                 LIMIT %(limit)s
                """,
                endpoint=self.id,
                priority=priority,
                fresh=FRESH,
                newest=NEWEST,
                on_the_way=list(on_the_way),
                waits=SQL(WAITS),
                is_due=is_due,
                story=STORY,
                limit=limit,
            )
        )

    def _get_due_condition(self, on_the_way, closed_lanes):
        """Return the condition that a row that waits, called ``due``, may leave now.

        A row that was never tried is due whatever its date: only another attempt
        waits. A customer with an earlier row that does is left alone. A body that
        was tried goes before a newer one of the same state is built, even where
        the record has changed hands, as a cart does when its visitor logs in.
        """
        return SQL(
            """
            due.endpoint_id = %(endpoint)s AND NOT (%(due_is_deferred)s)
            AND due.id != ALL(%(on_the_way)s)
            AND COALESCE(due.customer_key, '') != ALL(%(closed)s)
            AND NOT EXISTS (
                SELECT 1 FROM mindbox_request tried
                 WHERE tried.endpoint_id = due.endpoint_id
                   AND tried.customer_key = due.customer_key
                   AND tried.state = 'pending' AND %(tried_is_deferred)s
                   AND (tried.priority, tried.id) < (due.priority, due.id)
            )
            AND NOT EXISTS (
                SELECT 1 FROM mindbox_request tried
                 WHERE tried.endpoint_id = due.endpoint_id
                   AND tried.merge_key = due.merge_key
                   AND tried.state = 'pending' AND tried.attempts > 0
                   AND due.payload IS NULL
                   AND (tried.customer_key != due.customer_key
                        OR (tried.priority, tried.id) > (due.priority, due.id))
            )
            """,
            endpoint=self.id,
            on_the_way=list(on_the_way),
            closed=[key or "" for key in closed_lanes],
            due_is_deferred=_is_deferred("due"),
            tried_is_deferred=_is_deferred("tried"),
        )

    def _lock_due_rows(self, limit, on_the_way, closed_lanes):
        """Lock due rows; all that comes after a row locked elsewhere is left alone.

        So is what comes after a state whose older body is on its way for another
        customer.
        """
        candidates = self._find_due_rows(limit, on_the_way, closed_lanes)
        if not candidates:
            return []
        self.env.cr.execute(
            SQL(
                """
                SELECT %s FROM mindbox_request
                 WHERE id = ANY(%s)
                 ORDER BY priority, id
                   FOR UPDATE SKIP LOCKED
                """,
                SQL(CLAIMED_COLUMNS),
                [row_id for row_id, _key in candidates],
            ),
            # That PostgreSQL asks to look again is no error: this snapshot, in which
            # they wait, is the one they were found in.
            log_exceptions=False,
        )
        locked = self.env.cr.dictfetchall()
        locked_ids = {row["id"] for row in locked}
        passed_over = {key for row_id, key in candidates if row_id not in locked_ids}
        return _leave_busy(locked, passed_over, dict(on_the_way.values()))


def _leave_busy(rows, passed_over, busy):
    """Return the rows that may leave now.

    :param set passed_over: lanes in which something comes before them
    :param dict busy: {merge key: lane} of the bodies that are on their way
    """
    free = []
    for row in rows:
        lane, key = row["customer_key"], row["merge_key"]
        if key and busy.get(key, lane) != lane:
            passed_over.add(lane)
        if lane not in passed_over:
            free.append(row)
    return free


def _is_deferred(alias):
    """Return the condition that a row waits for its next attempt.

    A date that is further ahead than any wait comes from a wrong clock.
    """
    return SQL(
        "%(row)s.attempts > 0"
        " AND %(row)s.next_attempt_at > now() at time zone 'UTC'"
        " AND %(row)s.next_attempt_at < now() at time zone 'UTC' + %(longest)s",
        row=SQL.identifier(alias),
        longest=LONGEST_WAIT,
    )
