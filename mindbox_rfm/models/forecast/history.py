# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When customers have ordered, as the model asks for it, by tables of a transaction."""

from odoo.tools import SQL

from ..run.corrections import corrections_sql
from ..run.days import local_date_sql, utc_start
from ..run.facts import CORRECTIONS_TABLE, Facts, create_table

HISTORY = """
    SELECT partner_id, orders, amount, orders - 1 AS repeats,
           round((last_day - first_day) / 7.0)::int AS recency,
           GREATEST((%(today)s::date - first_day) / 7,
                    round((last_day - first_day) / 7.0)::int) AS age,
           first_day
      FROM (
          SELECT b.partner_id, b.order_count AS orders,
                 round(b.amount, %(digits)s) AS amount,
                 %(first)s AS first_day, %(last)s AS last_day
            FROM (%(bought)s) b
            JOIN rfm_profile profile
              ON profile.partner_id = b.partner_id AND profile.scheme_id = %(scheme)s
      ) bought
     WHERE orders > 0
"""


class History(Facts):
    """The orders of a scheme's customers as of a day, however old they are.

    Orders of one day are one: who orders twice in an hour has not come back.

    :param since: count only orders from this day on
    """

    def __init__(self, scheme, today, since=None):
        super().__init__(scheme, today)
        self.since = since

    def load(self, table):
        """Count into a table that goes with the transaction."""
        corrections = corrections_sql(self.scheme, self.today)
        create_table(self.cr, CORRECTIONS_TABLE, corrections)
        corrected = self.cr.rowcount > 0
        history = SQL(
            HISTORY,
            today=self.today,
            digits=self.scheme.currency_id.decimal_places,
            first=local_date_sql("b.first_at", self.scheme.tz),
            last=local_date_sql("b.last_at", self.scheme.tz),
            bought=self._bought_sql(corrected),
            scheme=self.scheme.id,
        )
        create_table(self.cr, table, history)

    def _counted_sql(self):
        day = local_date_sql("o.date_order", self.scheme.tz)
        return SQL("count(DISTINCT %s)", day)

    def _in_window_sql(self, moment):
        if not self.since:
            return SQL()
        since = utc_start(self.since, self.scheme.tz)
        return SQL("FILTER (WHERE %s >= %s)", SQL(moment), since)
