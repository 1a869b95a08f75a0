# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Customers who move though nobody touched them: by other thresholds, or by time.

Their facts are those of their profiles. Of a million customers some thousand are
judged again; with other rules, everybody is.
"""

from datetime import timedelta
from math import ceil, floor

from odoo.tools import SQL

from ...measures import DAYS
from .facts import FACT_COLUMNS, FACTS_TABLE, columns_sql
from .scores import score_columns

# The facts of everybody: of the touched as counted now, of the others as they were.
EVERYBODY = """(
    SELECT %(columns)s FROM rfm_profile
     WHERE scheme_id = %(scheme)s AND partner_id != ALL(%(touched)s)
     UNION ALL
    SELECT %(columns)s FROM %(facts)s WHERE partner_id IS NOT NULL
)"""
# Who is to be judged again, as they are kept beside the facts of the touched.
ADD_AGED = """
    INSERT INTO %(facts)s (
        partner_id, %(columns)s, ordered, profile_id, old_partner_id, old_segment_id,
        previous_segment_id, segment_since, old_r, old_f, old_m
    )
    SELECT partner_id, %(columns)s, FALSE, id, partner_id, segment_id,
           previous_segment_id, segment_since, r_score, f_score, m_score
      FROM (
          SELECT *, %(today)s::date - last_order_date AS recency FROM rfm_profile
           WHERE scheme_id = %(scheme)s AND partner_id != ALL(%(touched)s)
      ) profile
     WHERE %(judged)s
"""
# Further away than this no order is.
MOST_DAYS = 1_000_000


class Aged:
    """Those whom a run judges again though their facts are the same.

    :param touched: list of the IDs of those whose facts are counted anew
    :param then: the day of the last run
    """

    def __init__(self, scheme, today, touched, then):
        self.scheme = scheme
        self.today = today
        self.then = then
        self.values = {
            "columns": columns_sql(FACT_COLUMNS),
            "facts": FACTS_TABLE,
            "scheme": scheme.id,
            "touched": touched,
            "today": today,
        }

    @property
    def everybody(self):
        """The relation of all customers' facts."""
        return SQL(EVERYBODY, **self.values)

    def add(self, cuts, edited):
        """Put them beside the facts of those who were touched.

        :param bool edited: whether rules or settings are others than at the last run
        """
        judged = SQL("TRUE") if edited else SQL(" OR ").join(self._judged(cuts))
        self.scheme.env.cr.execute(SQL(ADD_AGED, judged=judged, **self.values))

    def _judged(self, cuts):
        """Yield the conditions of being judged again."""
        yield SQL(
            "(%s) IS DISTINCT FROM (r_score, f_score, m_score)",
            SQL(", ").join(score_columns(cuts)),
        )
        # Who is held in a segment may be free to leave it by now.
        since = self.then - timedelta(days=self.scheme.min_stay_days)
        yield SQL("segment_since > %s::date", since)
        for measure, value in self._get_borders():
            yield SQL(
                "%(column)s BETWEEN %(then)s::date - %(most)s "
                "AND %(today)s::date - %(least)s",
                column=SQL(DAYS[measure]),
                then=self.then,
                most=ceil(value),
                today=self.today,
                least=floor(value),
            )

    def _get_borders(self):
        """Return (measure, days) where a rule tells customers apart by days."""
        conditions = self.scheme.rule_ids.condition_ids
        return {
            (condition.measure, max(-MOST_DAYS, min(MOST_DAYS, condition.value)))
            for condition in conditions
            if condition.measure in DAYS
        }
