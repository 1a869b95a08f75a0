# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which rows may leave now, in which order, and of whom: nobody holds up another."""

import math
from collections import Counter

from odoo import models
from odoo.tools import SQL

from .breakers import Gate
from .mindbox_hold import LONGEST_WAIT
from .mindbox_request import WAITS

# Age of an event up to which its customer comes before a backlog.
FRESH = "10 minutes"
# Rows, the newest ones, among which such customers are looked for.
NEWEST = 500
# Rows of one customer that are claimed at a time.
STORY = 20
# How often others are looked for, where customers have more than that.
ROUNDS = 4
# Nothing is held.
OPEN = Gate()
# The customer of the row that is called ``due`` has not failed.
UNTRIED = SQL(
    """
    NOT (due.attempts > COALESCE(due.missing_attempts, 0)) AND NOT EXISTS (
        SELECT 1 FROM mindbox_request failed
         WHERE failed.endpoint_id = due.endpoint_id
           AND failed.customer_key = due.customer_key
           AND failed.state = 'pending' AND failed.attempts > 0
           AND failed.attempts > COALESCE(failed.missing_attempts, 0)
    )
    """
)


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _has_due_rows(self):
        """Whether anything may leave by an operation that is not held."""
        held = frozenset(self._get_held_operations().mapped("name"))
        return bool(self._find_due_rows(1, {}, [], Gate(held)))

    def _has_untried_rows(self):
        """Whether anything waits of a customer who has not failed."""
        is_due = self._get_due_condition({}, [])
        return bool(self._find_rows(1, {}, [], SQL("%s AND %s", is_due, UNTRIED)))

    def _find_due_rows(self, limit, on_the_way, closed_lanes, gate=OPEN):
        """Return (ID, lane) of due rows in the order of the queue, a few of each lane.

        Whoever has thousands of them holds up nobody: the others come next.
        """
        found, closed = [], list(closed_lanes)
        for _round in range(ROUNDS):
            wanted = limit - len(found)
            rows = self._find_open_rows(wanted, on_the_way, closed, gate)
            few, full = _take_few(rows)
            found += few
            if not full or len(rows) < wanted:
                break
            closed += full
        return found

    def _find_open_rows(self, limit, on_the_way, closed, gate):
        """Return (ID, lane) of due rows that a gate lets through."""
        is_due = self._get_due_condition(on_the_way, closed)
        if gate.held:
            is_due = SQL("%s AND %s", is_due, self._get_open_condition(gate.held))
        if gate.untried:
            untried = SQL("%s AND %s", is_due, UNTRIED)
            if rows := self._find_rows(limit, on_the_way, closed, untried):
                return rows
        return self._find_rows(limit, on_the_way, closed, is_due)

    def _get_open_condition(self, names):
        """Return the condition that neither ``due`` nor what is before it is held.

        :param names: of the operations that are held
        """
        operations = self._get_operations().values()
        held = [values["id"] for values in operations if values["name"] in names]
        return SQL(
            """
            NOT (%(due_is_held)s) AND NOT EXISTS (
                SELECT 1 FROM mindbox_request held
                 WHERE held.endpoint_id = due.endpoint_id
                   AND held.customer_key = due.customer_key AND %(waits)s
                   AND %(is_held)s
                   AND (held.priority, held.id) < (due.priority, due.id)
            )
            """,
            due_is_held=self._get_held_condition("due", held, names),
            is_held=self._get_held_condition("held", held, names),
            waits=SQL(WAITS),
        )

    def _get_held_condition(self, alias, held, names):
        """Return the condition that a row leaves by an operation that is held.

        A hook, too: some leave by another one than they were recorded for.

        :param list held: IDs of the operations
        :param names: their names
        """
        return SQL(
            "COALESCE(%s.operation_id, 0) = ANY(%s)", SQL.identifier(alias), held
        )

    def _find_rows(self, limit, on_the_way, closed, is_due):
        """Return (ID, lane) of rows in the order of the queue.

        Where more waits than is asked for, half of them are of customers who have
        done something just now: behind a backlog of days they would wait for hours.
        """
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
        share = math.ceil(limit / 2)
        if limit and len(rows) == limit:
            newest = self._get_newest_query(rows[-1][2], on_the_way, closed)
            fresh = self._find_fresh_rows(share, rows[-1][2], is_due, newest)
            rows = list(dict.fromkeys(fresh + rows))[:limit]
        return [(row_id, key) for row_id, key, _priority in rows]

    def _find_fresh_rows(self, limit, priority, is_due, newest):
        """Return the first rows of customers with an event of the last minutes.

        A customer's own backlog goes before the event, so that the order is kept.

        :param int priority: where in the queue the backlog is
        :param SQL is_due: the condition on ``due``
        :param SQL newest: the newest rows of that priority
        """
        return self.env.execute_query(
            SQL(
                """
                WITH customer AS (
                    SELECT customer_key, max(occurred_at) AS latest
                      FROM (%(newest)s) AS newest GROUP BY customer_key
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
                newest=newest,
                priority=priority,
                waits=SQL(WAITS),
                is_due=is_due,
                story=STORY,
                limit=limit,
            )
        )

    def _get_newest_query(self, priority, on_the_way, closed):
        """Return the query of the newest rows of one priority, fresh ones only."""
        return SQL(
            """
            SELECT customer_key, occurred_at FROM mindbox_request
             WHERE endpoint_id = %(endpoint)s AND state = 'pending'
               AND priority = %(priority)s
               AND occurred_at > now() at time zone 'UTC' - %(fresh)s::interval
               AND id != ALL(%(on_the_way)s)
               AND COALESCE(customer_key, '') != ALL(%(closed)s)
               AND %(is_mine)s
             ORDER BY occurred_at DESC
             LIMIT %(newest)s
            """,
            endpoint=self.id,
            priority=priority,
            fresh=FRESH,
            on_the_way=list(on_the_way),
            closed=[key or "" for key in closed],
            newest=NEWEST,
            is_mine=self._get_share().get_condition("mindbox_request"),
        )

    def _get_due_condition(self, on_the_way, closed_lanes):
        """Return the condition that a row that waits, called ``due``, may leave now.

        A row that was never tried is due whatever its date: only another attempt
        waits. A customer with an earlier row that does is left alone. A body that
        may have left goes before a newer one of the same state is built, even where
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
            AND (due.payload IS NOT NULL OR due.merge_key IS NULL OR NOT EXISTS (
                SELECT 1 FROM mindbox_request frozen
                 WHERE frozen.endpoint_id = due.endpoint_id
                   AND frozen.merge_key = due.merge_key
                   AND frozen.state = 'pending' AND frozen.may_have_left
                   AND (frozen.customer_key != due.customer_key
                        OR (frozen.priority, frozen.id) > (due.priority, due.id))
            ))
            AND %(is_settled)s AND %(is_mine)s
            """,
            is_mine=self._get_share().get_condition("due"),
            is_settled=self._get_settled_condition(on_the_way),
            endpoint=self.id,
            on_the_way=list(on_the_way),
            closed=[key or "" for key in closed_lanes],
            due_is_deferred=is_deferred("due"),
            tried_is_deferred=is_deferred("tried"),
        )


def _take_few(rows):
    """Return the first rows of each lane, and the lanes that have more of them.

    :param list rows: (ID, lane) in the order of the queue
    """
    few, counts = [], Counter()
    for row_id, lane in rows:
        counts[lane] += 1
        if counts[lane] <= STORY:
            few.append((row_id, lane))
    return few, [lane for lane, count in counts.items() if count > STORY]


def is_deferred(alias):
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
