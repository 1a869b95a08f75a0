# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Equal shares of those who have ordered, without sorting all of them.

What ``percentile_disc`` finds: the value of rank ceil(share * N). Days and numbers of
orders are few different ones, so they are counted. Nearly each amount is another, but
a day later a threshold lies close to where it lay: only what is between is sorted.
"""

from collections import defaultdict
from math import ceil

from odoo.tools import SQL

from .scores import score_sql

# How many have each day, number of orders and band of amounts. A part is counted by
# itself: of a table that others see, too, PostgreSQL reads each half by a worker.
COUNTED = """
    WITH counted AS MATERIALIZED (%(parts)s)
    SELECT day, orders, band, sum(customers)::bigint FROM counted
     GROUP BY GROUPING SETS ((day), (orders), (band))
"""
PART = """
    SELECT last_order_date AS day, order_count AS orders, %(band)s AS band,
           count(*) AS customers
      FROM %(part)s facts WHERE last_order_date IS NOT NULL
     GROUP BY last_order_date, order_count, band
"""
# The amount of a rank above a guess, or below.
NEAR = """
    SELECT amount FROM (%(parts)s) near ORDER BY amount %(way)s OFFSET %(skip)s LIMIT 1
"""
NEAR_PART = """
    (SELECT amount FROM %(part)s facts
      WHERE last_order_date IS NOT NULL AND amount %(side)s %(guess)s
      ORDER BY amount %(way)s LIMIT %(skip)s + 1)
"""
SORTED_AMOUNTS = """
    SELECT percentile_disc(%(shares)s::float[]) WITHIN GROUP (ORDER BY amount)
      FROM (%(parts)s) facts
"""
AMOUNTS = "SELECT amount FROM %s facts WHERE last_order_date IS NOT NULL"


class Shares:
    """The shares of facts that lie in several relations.

    :param parts: the relations, as SQL; nobody is in two of them
    :param shares: rising numbers between 0 and 1
    :param guesses: rising amounts, best those of the last run; any give the same
    """

    def __init__(self, env, parts, shares, guesses=()):
        self.env = env
        self.parts = parts
        self.shares = shares
        self.guesses = guesses

    def find(self):
        """Return (days, numbers of orders, amounts), None if nobody has ordered."""
        days, orders, bands = self._count()
        count = sum(days.values())
        if not count:
            return None
        ranks = [max(1, ceil(share * count)) for share in self.shares]
        return (
            [_get_ranked(days, rank) for rank in ranks],
            [_get_ranked(orders, rank) for rank in ranks],
            self._find_amounts(ranks, bands),
        )

    def _count(self):
        band = score_sql("amount", ">", self.guesses) if self.guesses else SQL("1")
        parts = self._union(PART, band=band)
        counts = defaultdict(int), defaultdict(int), defaultdict(int)
        for *values, customers in self.env.execute_query(SQL(COUNTED, parts=parts)):
            [(axis, value)] = [(i, v) for i, v in enumerate(values) if v is not None]
            counts[axis][value] += customers
        return counts

    def _find_amounts(self, ranks, bands):
        if not self.guesses:
            parts = SQL(" UNION ALL ").join(SQL(AMOUNTS, part) for part in self.parts)
            query = SQL(SORTED_AMOUNTS, shares=self.shares, parts=parts)
            return self.env.execute_query(query)[0][0]
        # How many customers lie up to each guess.
        known = [
            (sum(n for band, n in bands.items() if band <= number), guess)
            for number, guess in enumerate(self.guesses, 1)
        ]
        return [
            self._find_near(rank, *min(known, key=lambda one: abs(one[0] - rank)))
            for rank in ranks
        ]

    def _find_near(self, rank, upto, guess):
        """Return the amount of a rank, from a guess up to which so many lie."""
        if rank <= upto:
            values = {"side": SQL("<="), "way": SQL("DESC"), "skip": upto - rank}
        else:
            values = {"side": SQL(">"), "way": SQL("ASC"), "skip": rank - upto - 1}
        parts = self._union(NEAR_PART, guess=guess, **values)
        return self.env.execute_query(SQL(NEAR, parts=parts, **values))[0][0]

    def _union(self, query, **values):
        return SQL(" UNION ALL ").join(
            SQL(query, part=part, **values) for part in self.parts
        )


def _get_ranked(counts, rank):
    """Return the value of a rank among {value: how many have it}."""
    for value in sorted(counts):
        rank -= counts[value]
        if rank <= 0:
            return value
    raise ValueError("There are not so many.")
