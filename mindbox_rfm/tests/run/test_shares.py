# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Equal shares are those that PostgreSQL finds by sorting everybody."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import TransactionCase
from odoo.tools import SQL

from ...models.run.shares import Shares
from ..common import TODAY

SETTINGS = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
PART = """(
    SELECT * FROM unnest(%s::date[], %s::int[], %s::numeric[])
           AS t(last_order_date, order_count, amount)
)"""
ALL_SORTED = """
    SELECT percentile_disc(%(shares)s::float[]) WITHIN GROUP (ORDER BY last_order_date),
           percentile_disc(%(shares)s::float[]) WITHIN GROUP (ORDER BY order_count),
           percentile_disc(%(shares)s::float[]) WITHIN GROUP (ORDER BY amount)
      FROM (SELECT * FROM %(one)s one UNION ALL SELECT * FROM %(other)s other) facts
     WHERE last_order_date IS NOT NULL
"""

amounts = st.one_of(
    st.sampled_from([0, 1, 10, 99.99, -5]),
    st.decimals(-1000, 1000, places=2),
)
# Who has never ordered is in no share.
customers = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 20).map(lambda n: TODAY - timedelta(n))),
        st.integers(0, 6),
        amounts,
    ),
    max_size=40,
)
guesses = st.lists(amounts, max_size=6).map(sorted)


class TestShares(TransactionCase):
    @SETTINGS
    @given(customers, customers, guesses, st.integers(3, 10))
    def test_any_guess_finds_what_sorting_finds(self, one, other, known, bins):
        shares = [score / bins for score in range(1, bins)]
        parts = [_get_relation(rows) for rows in (one, other)]
        query = SQL(ALL_SORTED, shares=shares, one=parts[0], other=parts[1])
        [expected] = self.env.execute_query(query)
        found = Shares(self.env, parts, shares, list(map(float, known))).find()
        self.assertEqual(found or (None, None, None), expected)


def _get_relation(rows):
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    return SQL(PART, *map(list, columns))
