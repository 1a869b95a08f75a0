# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What customers bought between two days, in the engine's own terms.

What was given back counts on the day it came back, whenever it was bought: the amount
of a span of days is all that was earned until its end, less all that was earned until
the day before it begins. So spans can be put beside each other and add up.
"""

from datetime import timedelta

from odoo.tools import SQL

from .corrections import corrections_sql
from .days import utc_start
from .facts import Facts

# An order earns in the span what it is worth at the end of it, less what it was worth
# before. Of older orders only those can differ of which anything was given back.
EARNED = """
    SELECT o.partner_id, min(o.date_order) AS first_at, max(o.date_order) AS last_at,
           count(*) FILTER (
               WHERE o.date_order >= %(start)s AND x.returned IS NOT TRUE
           ) AS order_count,
           sum(CASE WHEN x.returned THEN 0 ELSE %(net)s END
               - CASE WHEN o.date_order >= %(start)s OR y.returned THEN 0
                      ELSE %(net_before)s END) AS amount
      FROM sale_order o
      LEFT JOIN (%(until)s) x ON x.order_id = o.id
      LEFT JOIN (%(before)s) y ON y.order_id = o.id
     WHERE o.state = 'sale' AND o.company_id = ANY(%(companies)s)
       AND o.date_order < %(end)s
       AND (o.date_order >= %(start)s OR x.order_id IS NOT NULL)
       %(not_free)s %(not_erased)s %(touched)s
     GROUP BY o.partner_id
"""


class Window(Facts):
    """Orders and amounts of a span of days, both of its ends included.

    Orders that were given back as a whole by its end are none.
    """

    def __init__(self, scheme, since, until):
        super().__init__(scheme, until)
        self.since = since

    @property
    def by_customer(self):
        """The query of ``partner_id``, ``order_count`` and ``amount``."""
        return self._bought_sql(True)

    def _orders_sql(self, corrected, parts):
        before = self.since - timedelta(days=1)
        return SQL(
            EARNED,
            start=self._start,
            net=self._net_sql("x"),
            net_before=self._net_sql("y"),
            until=corrections_sql(self.scheme, self.today),
            before=corrections_sql(self.scheme, before),
            **parts,
        )

    def _in_window_sql(self, moment):
        return SQL("FILTER (WHERE %s >= %s)", SQL(moment), self._start)

    @property
    def _start(self):
        return utc_start(self.since, self.scheme.tz)
