# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Purchases that are no sale orders: of a till, of a shop elsewhere.

An add-on adds its own to ``rfm.scheme._get_sources()``; sale orders are always counted.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from odoo.tools import SQL

from .days import local_date_sql

# All of them by contact, beside the orders.
BOUGHT = """
    SELECT partner_id, min(first_at) AS first_at, max(last_at) AS last_at,
           sum(order_count)::bigint AS order_count, sum(amount) AS amount
      FROM (%(parts)s) part
     GROUP BY partner_id
"""
# The purchases of one source. What settles a sale order is counted as that order.
BY_CONTACT = """
    SELECT o.partner_id, min(o.moment) AS first_at, max(o.moment) AS last_at,
           count(*) %(in_window)s AS order_count,
           COALESCE(sum(o.amount::numeric) %(in_window)s, 0) AS amount
      FROM (%(bought)s) o
      LEFT JOIN sale_order settled
             ON settled.id = o.order_id AND settled.state = 'sale'
            AND settled.company_id = ANY(%(companies)s)
     WHERE o.partner_id IS NOT NULL AND o.moment < %(end)s AND settled.id IS NULL
       %(not_free)s %(not_erased)s %(touched)s
     GROUP BY o.partner_id
"""
# The same by month.
BY_MONTH = """
    SELECT o.partner_id, date_trunc('month', %(day)s)::date AS month,
           count(*) AS orders, sum(o.amount::numeric) AS amount
      FROM (%(bought)s) o
      LEFT JOIN sale_order settled
             ON settled.id = o.order_id AND settled.state = 'sale'
            AND settled.company_id = ANY(%(companies)s)
     WHERE o.partner_id IS NOT NULL AND o.moment < %(end)s AND settled.id IS NULL
       %(not_free)s %(not_erased)s
     GROUP BY 1, 2
"""
OF_MOMENTS = """
    SELECT partner_id FROM (%(bought)s) bought
     WHERE moment >= %(start)s AND moment < %(end)s
"""


class Source(NamedTuple):
    """Where purchases come from.

    * ``bought``: the query of ``partner_id``, ``moment`` in UTC, ``amount`` in the
      currency of the company and net of what was given back, and ``order_id``: the
      sale order that the purchase settles, or NULL
    * ``written``: from a moment, the query of the ``partner_id`` of those whose
      purchases were written since. What is deleted, or changes hands, is told by
      ``res.partner._stamp_for_rfm()``
    """

    bought: SQL
    written: Callable[[datetime], SQL]

    def get_by_contact(self, **parts):
        """Return the query that adds up these purchases by contact."""
        return SQL(BY_CONTACT, bought=self.bought, **parts)

    def get_by_month(self, tz, **parts):
        """Return the query that adds up these purchases by contact and month."""
        day = local_date_sql("o.moment", tz)
        return SQL(BY_MONTH, bought=self.bought, day=day, **parts)

    def get_of_moments(self, start, end):
        """Return the query of those who bought between two moments."""
        return SQL(OF_MOMENTS, bought=self.bought, start=start, end=end)


def put_together(parts):
    """Return the query of all that contacts bought, from queries of its parts."""
    if len(parts) == 1:
        return parts[0]
    return SQL(BOUGHT, parts=SQL(" UNION ALL ").join(parts))
