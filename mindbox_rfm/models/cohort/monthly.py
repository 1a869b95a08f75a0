# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Orders by customer and month, in the engine's own terms, and cohorts of them.

What came back is taken off the order, and so off its month: a cohort tells what became
of customers, not what the books said in a month.
"""

from odoo.tools import SQL

from ..run.corrections import corrections_sql
from ..run.days import local_date_sql
from ..run.facts import Facts

BY_MONTH = """
    SELECT o.partner_id, date_trunc('month', %(day)s)::date AS month,
           count(*) AS orders, sum(%(net)s) AS amount
      FROM sale_order o LEFT JOIN (%(corrections)s) x ON x.order_id = o.id
     WHERE o.state = 'sale' AND o.company_id = ANY(%(companies)s)
       AND o.date_order < %(end)s AND x.returned IS NOT TRUE
       %(not_free)s %(not_erased)s
     GROUP BY 1, 2
"""
AS_HEAD = """
    SELECT COALESCE(family.head_id, bought.partner_id) AS partner_id, month, orders,
           amount
      FROM (%(bought)s) bought
      LEFT JOIN (%(family)s) family (id, head_id) ON family.id = bought.partner_id
"""
# Months in which nobody came back are rows, too.
COHORTS = """
    WITH bought AS (
        SELECT bought.* FROM (%(bought)s) bought
          JOIN rfm_profile profile ON profile.partner_id = bought.partner_id
                                  AND profile.scheme_id = %(scheme)s
    ), placed AS (
        SELECT *, min(month) OVER (PARTITION BY partner_id) AS cohort FROM bought
    ), counted AS (
        SELECT cohort, month, count(DISTINCT partner_id) AS buyers,
               sum(orders) AS orders, sum(amount) AS amount
          FROM placed GROUP BY cohort, month
    ), cell AS (
        SELECT first.cohort, first.buyers AS customers, later.month::date
          FROM counted first
         CROSS JOIN generate_series(
               first.cohort, %(today)s::date, interval '1 month') AS later (month)
         WHERE first.month = first.cohort
    )
    SELECT cell.cohort, cell.month, cell.customers, COALESCE(counted.buyers, 0),
           COALESCE(counted.orders, 0), round(COALESCE(counted.amount, 0), %(digits)s)
      FROM cell LEFT JOIN counted USING (cohort, month)
"""


class Monthly(Facts):
    """The orders of a scheme's customers until a day, however old they are."""

    @property
    def cohorts(self):
        """The query of cohort, month, its customers, buyers, orders and amount."""
        return SQL(
            COHORTS,
            bought=self._bought_sql(True),
            scheme=self.scheme.id,
            today=self.today,
            digits=self.scheme.currency_id.decimal_places,
        )

    def _put_together(self, orders, parts):
        sources = self.scheme._get_sources()
        others = [source.get_by_month(self.scheme.tz, **parts) for source in sources]
        bought = SQL(" UNION ALL ").join([orders, *others])
        for family in self._get_families():
            bought = SQL(AS_HEAD, bought=bought, family=family)
        return bought

    def _orders_sql(self, corrected, parts):
        return SQL(
            BY_MONTH,
            day=local_date_sql("o.date_order", self.scheme.tz),
            net=self._net_sql("x"),
            corrections=corrections_sql(self.scheme, self.today),
            **parts,
        )

    def _in_window_sql(self, moment):
        return SQL()
