# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Scores: 1 + how many thresholds lie strictly below the value."""

from odoo.tools import SQL

from ...measures import CELL_SQL, day_columns
from ..scheme.thresholds import AXES
from .signals import get_heard_columns, heard_sql

# Facts with days, scores and what Mindbox has told; unknown stays unknown. OFFSET 0
# keeps PostgreSQL from working a score out again for every rule.
SCORED = """
    SELECT *, %(cell)s AS cell
      FROM (
          SELECT facts.*, %(scores)s
            FROM (
                SELECT partner_id, first_order_date, last_order_date,
                       order_count, amount, %(more)s
                  FROM %(source)s source %(heard)s
              OFFSET 0
            ) facts
        OFFSET 0
      ) scored
    OFFSET 0
"""


HEARD = "LEFT JOIN (%s) heard USING (partner_id)"


def scored_sql(scheme, source, cuts, today, more):
    """Return the query of facts with days, scores and what the rules ask of Mindbox.

    :param SQL source: the relation of facts
    :param cuts: {axis: thresholds}
    :param more: names of the columns that the relation has beside facts
    """
    heard = heard_sql(scheme, today)
    more = [*more, *get_heard_columns(scheme)]
    return SQL(
        SCORED,
        cell=SQL(CELL_SQL),
        source=source,
        heard=SQL(HEARD, heard) if heard else SQL(),
        more=SQL(", ").join([*day_columns(today), *map(SQL, more)]),
        scores=SQL(", ").join(
            SQL("%s AS %s", score, SQL(f"{axis}_score"))
            for axis, score in zip(AXES, score_columns(cuts), strict=True)
        ),
    )


def score_columns(cuts):
    """Return R, F and M over a row of facts with days, as SQL.

    :param cuts: {axis: thresholds}
    """
    return [
        score_sql("recency", "<", cuts["r"]),
        score_sql("order_count", ">", cuts["f"]),
        score_sql("amount", ">", cuts["m"]),
    ]


def score_sql(value, operator, cuts):
    """Return the score of a value, NULL of NULL: one more than the thresholds passed.

    The best score is tried first: thresholds are in order, so the first that the value
    passes settles it.
    """
    name = SQL(value)
    # A whole number is compared as one: several times as fast as a decimal.
    limits = [int(cut) if cut == int(cut) else cut for cut in cuts]
    tries = [
        SQL("WHEN %s %s %s THEN %s", name, SQL(operator), limit, score)
        for score, limit in reversed(list(enumerate(limits, 2)))
    ]
    return SQL("CASE %s WHEN %s IS NOT NULL THEN 1 END", SQL(" ").join(tries), name)
