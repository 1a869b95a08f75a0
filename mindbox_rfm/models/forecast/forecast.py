# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A forecast of a scheme's customers, and the same one made ninety days ago."""

from datetime import timedelta

from odoo.tools import SQL

from ..run.plans import WHOLE_TABLES, planned
from ..run.run import as_system
from .buying import EARLY, HALF, LATE, Buying, Spending, Triples
from .history import History

# Days that are looked ahead, and back.
DAYS = 90
# Below so many customers who have ordered, or days of orders, nothing is forecast.
MIN_BUYERS, MIN_DAYS = 500, 180
# Customers whose amounts the model of spending is fitted to.
SAMPLE = 20_000
# Days; a next order that is further away has no date.
FAR = 730
NOW, THEN, CAME, TRIPLES = map(
    SQL.identifier,
    ("rfm_history_now", "rfm_history_then", "rfm_history_came", "rfm_triples"),
)

DISTINCT = """
    SELECT repeats, recency, age, count(*) FROM %s
     GROUP BY repeats, recency, age ORDER BY repeats, recency, age
"""
SPENT = """
    SELECT orders, (amount / orders)::float8 FROM %s WHERE amount > 0
     ORDER BY md5(partner_id::text) LIMIT %s
"""
FILL = """
    CREATE TEMP TABLE %(table)s ON COMMIT DROP AS
    SELECT * FROM unnest(
        %(repeats)s::int[], %(recency)s::int[], %(age)s::int[],
        %(probability)s::float8[], %(orders)s::float8[],
        %(early)s::float8[], %(half)s::float8[], %(late)s::float8[]
    ) AS triple (
        repeats, recency, age, probability, expected_orders, early, half, late
    )
"""
# What each customer is expected to order; amounts by Gamma-Gamma.
EXPECTED = """
    SELECT history.partner_id, triple.probability, triple.expected_orders,
           triple.expected_orders * CASE WHEN history.amount > 0 THEN
               %(p)s * (%(v)s + history.amount::float8)
               / (%(p)s * history.orders + %(q)s - 1) ELSE 0 END AS expected_revenue,
           triple.early, triple.half, triple.late
      FROM %(history)s history
      JOIN %(triples)s triple USING (repeats, recency, age)
"""
# A tenth of the customers each, from the least to the most likely: forecast and actual.
JUDGED = """
    SELECT tenth, count(*), avg(probability), avg((orders > 0)::int)::float8,
           sum(expected_orders), sum(orders)::float8,
           sum(expected_revenue), sum(amount)::float8
      FROM (
          SELECT expected.*, COALESCE(came.orders, 0) AS orders,
                 COALESCE(came.amount, 0) AS amount,
                 ntile(10) OVER (ORDER BY probability, expected.partner_id) AS tenth
            FROM (%(expected)s) expected
            LEFT JOIN %(came)s came ON came.partner_id = expected.partner_id
      ) judged
     GROUP BY tenth ORDER BY tenth
"""


class Forecast:
    """A forecast as of a day; all that it computes goes with the transaction."""

    def __init__(self, scheme, today=None):
        self.scheme = as_system(scheme)
        self.env = self.scheme.env
        self.today = today or scheme._get_today()

    def load(self):
        """Look at the orders until today; return buyers and days of orders."""
        self.env.flush_all()
        self._count(NOW, self.today)
        query = SQL("SELECT count(*), min(first_day) FROM %s", NOW)
        [(buyers, first)] = self.env.execute_query(query)
        return buyers, (self.today - first).days if first else 0

    def look_back(self):
        """Forecast the last ninety days from what there was before.

        :return: rows of a tenth of the customers each, see :data:`JUDGED`; none where
            there was nothing before
        """
        start = self.today - timedelta(days=DAYS)
        self._count(THEN, start)
        self._count(CAME, self.today, start + timedelta(days=1))
        expected = self.expect(THEN)
        if not expected:
            return []
        return self.env.execute_query(SQL(JUDGED, expected=expected, came=CAME))

    def expect(self, history):
        """Fit the models to a table of histories; return the query of what they say."""
        triples = self.env.execute_query(SQL(DISTINCT, history))
        spent = self.env.execute_query(SQL(SPENT, history, SAMPLE))
        if not triples or not spent:
            return None
        self._predict(Triples.make(triples))
        spending = Spending.fit(*zip(*spent, strict=True))
        return SQL(EXPECTED, history=history, triples=TRIPLES, **spending._asdict())

    def _count(self, table, day, since=None):
        with planned(self.env.cr, WHOLE_TABLES):
            History(self.scheme, day, since).load(table)

    def _predict(self, triples):
        """Write what is expected of each kind of customer beside it."""
        buying = Buying.fit(triples)
        days = [buying.get_days(triples, share) for share in (EARLY, HALF, LATE)]
        early, half, late = (column.clip(max=10 * FAR).tolist() for column in days)
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", TRIPLES))
        self.env.cr.execute(
            SQL(
                FILL,
                table=TRIPLES,
                repeats=triples.repeats.astype(int).tolist(),
                recency=triples.recency.astype(int).tolist(),
                age=triples.age.astype(int).tolist(),
                probability=buying.get_probability(triples, DAYS).tolist(),
                orders=buying.get_orders(triples, DAYS).tolist(),
                early=early,
                half=half,
                late=late,
            )
        )
