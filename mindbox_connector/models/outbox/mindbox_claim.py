# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which rows may leave now, in which order, and with which bodies."""

from odoo import models
from odoo.tools import SQL

from ...client import Call
from ...reasons import Reason
from .lanes import Parcel
from .mindbox_hold import LONGEST_WAIT
from .mindbox_request import WAITS

# Age of an event up to which its customer comes before a backlog.
FRESH = "10 minutes"
# Rows, the newest ones, among which such customers are looked for.
NEWEST = 500
# Rows of one such customer that are claimed at a time.
STORY = 20
CLAIMED_COLUMNS = (
    "id, endpoint_id, operation_id, event, mode, res_model, res_id, partner_id, "
    "customer_key, merge_key, cleared, instead_of, priority, transaction_id, "
    "occurred_at, attempts, payload, device_uuid, customer_ip"
)
FROZEN_COLUMNS = (
    "id event operation_id mode state reason_code reason_details payload".split()
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

        A customer's own backlog goes before the event, so that the order is kept.

        :param int priority: where in the queue the backlog is
        :param SQL is_due: the condition on ``due``
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
                newest=self._get_newest_query(priority, on_the_way),
                priority=priority,
                waits=SQL(WAITS),
                is_due=is_due,
                story=STORY,
                limit=limit,
            )
        )

    def _get_newest_query(self, priority, on_the_way):
        """Return the query of the newest rows of one priority, fresh ones only."""
        return SQL(
            """
            SELECT customer_key, occurred_at FROM mindbox_request
             WHERE endpoint_id = %(endpoint)s AND state = 'pending'
               AND priority = %(priority)s
               AND occurred_at > now() at time zone 'UTC' - %(fresh)s::interval
               AND id != ALL(%(on_the_way)s)
             ORDER BY occurred_at DESC
             LIMIT %(newest)s
            """,
            endpoint=self.id,
            priority=priority,
            fresh=FRESH,
            on_the_way=list(on_the_way),
            newest=NEWEST,
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
            AND %(is_settled)s
            """,
            is_settled=self._get_settled_condition(on_the_way),
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

    # === CLAIM === #

    def _claim(self, limit, on_the_way, closed_lanes):
        """Take due rows in order and freeze their bodies.

        :param dict on_the_way: {ID: (merge key, lane)} of rows that are being sent
        :return: (the same of the rows, parcels of those that can be sent)
        """
        if not self._is_running():
            return {}, []
        rows = self._lock_due_rows(limit, on_the_way, closed_lanes)
        claimed = {row["id"]: (row["merge_key"], row["customer_key"]) for row in rows}
        erased = rows and self._forget_late(claimed)
        rows = [row for row in rows if row["id"] not in erased]
        rows = self.env["mindbox.request"]._merge(rows)
        missing = [row for row in rows if row["payload"] is None]
        self._freeze(missing)
        fresh = {row["id"] for row in missing}
        rows = [row for row in rows if row["payload"] is not None]
        rows = self._leave_unsettled(rows, fresh)
        operations = self._get_row_operations(rows)
        self._skip([row for row in rows if row["id"] not in operations])
        return claimed, [
            _get_parcel(row, operations[row["id"]], row["id"] in fresh)
            for row in rows
            if row["id"] in operations
        ]

    def _get_row_operations(self, rows):
        """Return {row ID: operation}; an operation may be gone since the event."""
        by_id = {values["id"]: values for values in self._get_operations().values()}
        found = {
            row["id"]: by_id.get(row["operation_id"])
            or self._get_operation(row["event"])
            for row in rows
        }
        return {row_id: values for row_id, values in found.items() if values}

    def _skip(self, rows):
        """End rows whose operation was switched off after the fact."""
        values = {"state": "skipped", **Reason("operation_off").get_values()}
        if rows:
            self.env["mindbox.request"]._update(
                [{"id": r["id"], **values} for r in rows]
            )

    def _freeze(self, rows):
        """Have the missing bodies built; write them down before anything is sent."""
        if rows:
            self._build_bodies(rows)
            self.env["mindbox.request"]._update(
                [{name: row[name] for name in FROZEN_COLUMNS} for row in rows]
            )

    def _build_bodies(self, rows):
        """Hook: set :data:`FROZEN_COLUMNS` of rows that have no body yet.

        What a body looks like is known where events are captured.

        :param list rows: dicts of :data:`CLAIMED_COLUMNS`
        """


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


def _get_parcel(row, operation, fresh):
    with_device = operation["send_device_uuid"]
    return Parcel(
        row["id"],
        row["customer_key"] or "",
        row["attempts"],
        Call(
            row["mode"],
            operation["name"],
            row["transaction_id"],
            row["payload"],
            with_device and row["device_uuid"] or "",
            with_device and row["customer_ip"] or "",
            operation["options"],
        ),
        fresh,
    )
