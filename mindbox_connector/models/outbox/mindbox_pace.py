# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

from .mindbox_hold import HOLD_LIMIT


class MindboxPace(models.Model):
    """When the next call of an integration point may start, for several deliveries."""

    _name = "mindbox.pace"
    _description = "Pace of Several Deliveries"
    _log_access = False

    record_id = fields.Integer(string="Record ID", required=True, readonly=True)
    next_at = fields.Float(
        required=True,
        readonly=True,
        aggregator=None,
        help="By the clock of the database, in seconds since 1970.",
    )

    _record_uniq = models.UniqueIndex("(record_id)")

    @api.model
    def _reserve(self, endpoint_id, count, interval):
        """Take the next turns, in a transaction of their own.

        :param float interval: seconds from one turn to the next
        :return: seconds until the first one
        """
        with self.env.registry.cursor() as cr:
            # Whoever waits for another one continues from there.
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            cr.execute(
                SQL(
                    """
                    WITH clock AS (
                        SELECT EXTRACT(EPOCH FROM clock_timestamp())::float AS now
                    )
                    INSERT INTO mindbox_pace AS pace (record_id, next_at)
                    SELECT %(endpoint)s, now + %(taken)s FROM clock
                        ON CONFLICT (record_id) DO UPDATE
                       SET next_at = %(taken)s + CASE
                           -- What is further ahead comes from a wrong clock.
                           WHEN pace.next_at - (SELECT now FROM clock)
                                BETWEEN 0 AND %(longest)s
                           THEN pace.next_at ELSE (SELECT now FROM clock) END
                    RETURNING next_at - %(taken)s - (SELECT now FROM clock)
                    """,
                    endpoint=endpoint_id,
                    taken=count * interval,
                    longest=HOLD_LIMIT,
                )
            )
            return max(0.0, cr.fetchone()[0])
