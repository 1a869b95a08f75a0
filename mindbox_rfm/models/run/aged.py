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
from .facts import (
    FACT_COLUMNS,
    FACTS_TABLE,
    KNOWN_COLUMNS,
    columns_sql,
    create_table,
)
from .scores import score_columns
from .signals import moved_sql

# The facts of the others, as they were.
OTHERS = """(
    SELECT %(columns)s FROM rfm_profile
     WHERE scheme_id = %(scheme)s AND partner_id != ALL(%(touched)s)
)"""
AGED_TABLE = SQL.identifier("rfm_aged")
# Who is to be judged again, as they are kept beside the facts of the touched. They are
# looked for before they are added: only a query that writes nothing is shared out.
AGED = """
    SELECT partner_id, %(columns)s, FALSE AS ordered, id AS profile_id,
           partner_id AS old_partner_id, segment_id AS old_segment_id,
           previous_segment_id, segment_since, r_score AS old_r, f_score AS old_f,
           m_score AS old_m
      FROM (
          SELECT *, %(today)s::date - last_order_date AS recency FROM rfm_profile
           WHERE scheme_id = %(scheme)s AND partner_id != ALL(%(touched)s)
      ) profile
     WHERE %(judged)s
"""
ADD_AGED = "INSERT INTO %s (%s) SELECT %s FROM %s"
# Further away than this no order is.
MOST_DAYS = 1_000_000


class Aged:
    """Those whom a run judges again though their facts are the same.

    :param touched: list of the IDs of those whose facts are counted anew
    :param last: the log of the last run
    """

    def __init__(self, scheme, today, touched, last):
        self.scheme = scheme
        self.today = today
        self.last = last
        self.then = last.date
        self.touched = touched
        self.values = {
            "columns": columns_sql(FACT_COLUMNS),
            "scheme": scheme.id,
            "touched": touched,
            "today": today,
        }

    @property
    def parts(self):
        """The relations of all customers' facts."""
        return SQL(OTHERS, **self.values), FACTS_TABLE

    def add(self, cuts, edited):
        """Put them beside the facts of those who were touched.

        :param bool edited: whether rules or settings are others than at the last run
        """
        scores = SQL(", ").join(score_columns(cuts))
        moved = SQL("(%s) IS DISTINCT FROM (r_score, f_score, m_score)", scores)
        judged = SQL("(%s) OR %s", moved, self.is_due(edited))
        cr = self.scheme.env.cr
        create_table(cr, AGED_TABLE, SQL(AGED, judged=judged, **self.values))
        columns = columns_sql(("partner_id", *FACT_COLUMNS, *KNOWN_COLUMNS))
        cr.execute(SQL(ADD_AGED, FACTS_TABLE, columns, columns, AGED_TABLE))

    def is_due(self, edited):
        """Return the condition of being judged again whatever the scores are.

        :param bool edited: whether rules or settings are others than at the last run
        """
        return SQL("TRUE") if edited else SQL(" OR ").join(self._get_due())

    def _get_due(self):
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
        since = self.last._get_seen_until()
        if heard := moved_sql(self.scheme, since, self.then, self.today):
            yield SQL("partner_id IN (SELECT partner_id FROM (%s) heard)", heard)

    def _get_borders(self):
        """Return (measure, days) where a rule tells customers apart by days."""
        conditions = self.scheme.rule_ids.condition_ids
        return {
            (condition.measure, max(-MOST_DAYS, min(MOST_DAYS, condition.value)))
            for condition in conditions
            if condition.measure in DAYS
        }
