# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an event needs is processed before it leaves, as far as anybody can know.

A synchronous call that makes a customer, an order or a card has been answered by then.
Mindbox only accepts an asynchronous one, and executes it in any order: what needs it
waits until its outcome is known, or for the settle time. So does what comes after it in
the lane; other lanes do not.
"""

from collections import defaultdict
from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from .mindbox_request import WAITS


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _get_settled_condition(self, on_the_way):
        """Return the condition that nothing ``due`` has to wait for is unsettled.

        :param on_the_way: IDs of rows that are being sent
        """
        if not self._has_late_makers():
            return SQL("TRUE")
        return SQL(
            """
            NOT EXISTS (
                SELECT 1 FROM (%s) AS held
                 WHERE held.customer_key = due.customer_key
                   AND (held.priority, held.id) <= (due.priority, due.id)
            )
            """,
            self._get_held_query(on_the_way),
        )

    def _get_held_query(self, on_the_way):
        """Return the query of the first row of each lane that has to wait."""
        makers = self.env["mindbox.catalogue"]._get_makers()
        pairs = [(maker, code) for code, found in makers.items() for maker in found]
        return SQL(
            """
            SELECT DISTINCT ON (waiting.customer_key)
                   waiting.customer_key, waiting.priority, waiting.id
              FROM (%(makers)s) AS maker
              JOIN (VALUES %(pairs)s) AS need (maker, event)
                ON need.maker = maker.event
              JOIN mindbox_request waiting
                ON waiting.endpoint_id = %(endpoint)s
               AND waiting.customer_key = maker.customer_key
               AND waiting.event = need.event AND %(waits)s
             WHERE maker.sent_at IS NOT NULL
                OR (maker.priority, maker.id) < (waiting.priority, waiting.id)
             ORDER BY waiting.customer_key, waiting.priority, waiting.id
            """,
            makers=self._get_unsettled_query(on_the_way),
            pairs=SQL(", ").join(SQL("(%s, %s)", *pair) for pair in pairs),
            endpoint=self.id,
            waits=SQL(WAITS),
        )

    def _get_unsettled_query(self, on_the_way=()):
        """Return the query of asynchronous calls that may not be processed yet."""
        return SQL(
            """
            SELECT id, event, customer_key, priority, sent_at FROM mindbox_request
             WHERE endpoint_id = %(endpoint)s AND state = 'sent'
               AND outcome = 'unknown' AND mode = 'async' AND event = ANY(%(makers)s)
               AND sent_at > now() at time zone 'UTC' - %(settle)s
               -- What is further ahead comes from a wrong clock.
               AND sent_at < now() at time zone 'UTC' + %(settle)s
             UNION ALL
            SELECT id, event, customer_key, priority, NULL FROM mindbox_request
             WHERE id = ANY(%(on_the_way)s) AND mode = 'async'
               AND event = ANY(%(makers)s)
            """,
            endpoint=self.id,
            makers=list(self.env["mindbox.catalogue"]._get_all_makers()),
            settle=timedelta(seconds=self.settle_seconds),
            on_the_way=list(on_the_way),
        )

    def _leave_unsettled(self, rows, fresh):
        """Return the claimed rows that do not need one which is about to leave.

        :param set fresh: IDs of those whose bodies were built just now
        """
        if not self._has_late_makers():
            return rows
        makers = self.env["mindbox.catalogue"]._get_makers()
        leaving, free, held, closed = defaultdict(set), [], [], set()
        for row in rows:
            lane = row["customer_key"]
            if lane in closed or leaving[lane] & makers.get(row["event"], frozenset()):
                closed.add(lane)
                held.append(row["id"])
                continue
            free.append(row)
            if lane and row["mode"] == "async":
                leaving[lane].add(row["event"])
        self._give_back(fresh.intersection(held))
        return free

    def _get_next_due_delay(self):
        """What waits for something to settle is due, too."""
        delays = [super()._get_next_due_delay()]
        if self._has_late_makers():
            delays.append(self._get_settle_delay())
        return min((delay for delay in delays if delay is not None), default=None)

    def _get_settle_delay(self):
        """Return in how many seconds a lane opens that holds, None where none does."""
        [(seconds,)] = self.env.execute_query(
            SQL(
                """
                SELECT EXTRACT(EPOCH FROM min(maker.sent_at) + %(settle)s
                                          - now() at time zone 'UTC')
                  FROM (%(makers)s) AS maker
                 WHERE EXISTS (
                     SELECT 1 FROM mindbox_request waiting
                      WHERE waiting.endpoint_id = %(endpoint)s
                        AND waiting.customer_key = maker.customer_key AND %(waits)s
                 )
                """,
                settle=timedelta(seconds=self.settle_seconds),
                makers=self._get_unsettled_query(),
                endpoint=self.id,
                waits=SQL(WAITS),
            )
        )
        return None if seconds is None else max(1, float(seconds))
