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

from .json_text import to_json
from .mindbox_request import WAITS


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _get_settled_condition(self, on_the_way):
        """Return the condition that nothing ``due`` has to wait for is unsettled.

        What holds which lane is found once, and not anew for each row of a long one.

        :param on_the_way: IDs of rows that are being sent
        """
        held = self._has_late_makers() and self.env.execute_query(
            self._get_held_query(on_the_way)
        )
        if not held:
            return SQL("TRUE")
        places = {lane: [priority, row_id] for lane, priority, row_id in held}
        place = SQL("(%s::jsonb -> due.customer_key)", to_json(places))
        return SQL(
            "COALESCE((due.priority, due.id)"
            " < ((%(place)s -> 0)::int, (%(place)s -> 1)::int), TRUE)",
            place=place,
        )

    def _get_held_query(self, on_the_way):
        """Return the query of the first row of each lane that has to wait.

        Of each lane with a maker only as much is read as leaves before that row.
        """
        makers = self.env["mindbox.catalogue"]._get_makers()
        pairs = [(maker, code) for code, found in makers.items() for maker in found]
        return SQL(
            """
            WITH maker AS MATERIALIZED (%(makers)s),
                 need (maker, event) AS (VALUES %(pairs)s)
            SELECT DISTINCT ON (maker.customer_key)
                   maker.customer_key, held.priority, held.id
              FROM maker, LATERAL (
                SELECT waiting.priority, waiting.id FROM mindbox_request waiting
                 WHERE waiting.endpoint_id = %(endpoint)s
                   AND waiting.customer_key = maker.customer_key AND %(waits)s
                   AND waiting.event IN (
                       SELECT need.event FROM need WHERE need.maker = maker.event)
                   AND (maker.sent_at IS NOT NULL
                        OR (maker.priority, maker.id) < (waiting.priority, waiting.id))
                 ORDER BY waiting.priority, waiting.id
                 LIMIT 1
              ) AS held
             ORDER BY maker.customer_key, held.priority, held.id
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

    def _leave_unsettled(self, rows):
        """Return the claimed rows that do not need one which is about to leave."""
        if not self._has_late_makers():
            return rows
        makers = self.env["mindbox.catalogue"]._get_makers()
        leaving, free, held, closed = defaultdict(set), [], [], set()
        for row in rows:
            lane = row["customer_key"]
            if lane in closed or leaving[lane] & makers.get(row["event"], frozenset()):
                closed.add(lane)
                held.append(row)
                continue
            free.append(row)
            if lane and row["mode"] == "async":
                leaving[lane].add(row["event"])
        self._give_back([row["id"] for row in held if not row["may_have_left"]])
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
