# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a rule can look at, as data.

Each measure is an SQL expression over one row of facts and scores, so that the rules
of a scheme become one CASE expression.
"""

from typing import NamedTuple

from odoo.tools import SQL


class Measure(NamedTuple):
    """One number that is known of a customer.

    * ``sql``: the expression over a row of facts and scores
    * ``whole``: whether only whole numbers occur
    * ``lowest``: the smallest value that can occur, None where there is none
    * ``score``: whether the values are 1 to the number of bins
    """

    label: str
    sql: str
    whole: bool = True
    lowest: int | None = 0
    score: bool = False


MEASURES = {
    "recency": Measure("Days since the last order", "recency"),
    "age": Measure("Days since the first order", "age"),
    "orders": Measure("Orders", "order_count"),
    "amount": Measure("Amount", "amount", False, None),
    "average": Measure(
        "Average order",
        "amount / NULLIF(order_count, 0)",
        False,
        None,
    ),
    "r": Measure("R score", "r_score", True, 1, True),
    "f": Measure("F score", "f_score", True, 1, True),
    "m": Measure("M score", "m_score", True, 1, True),
    "fm": Measure("(F + M) / 2", "(f_score + m_score) / 2.0", False, 1, True),
    "opened": Measure("Days since a mail was opened", "opened"),
    "clicked": Measure("Days since a click in a mail", "clicked"),
    "bounced": Measure("Days since a mail bounced", "bounced"),
    "unsubscribed": Measure("Days since unsubscribing", "unsubscribed"),
}
# Measures that change daily for everybody, and the dates that are kept instead.
DAYS = {"recency": "last_order_date", "age": "first_order_date"}
# Measures of what Mindbox tells of its mailings, and the moments that they count from.
# Anybody may have them, whether there are orders or not.
SIGNALS = {
    "opened": "opened_at",
    "clicked": "clicked_at",
    "bounced": "bounced_at",
    "unsubscribed": "unsubscribed_at",
}
OPERATORS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}
UPPER = ("<", "<=")

# Cells of the score matrix are written as three digits, "545"; ten is an A.
DIGITS = "0123456789A"
MIN_BINS, MAX_BINS = 3, 10
assert len(DIGITS) == MAX_BINS + 1
# The number of a cell, over a row of scores: see cell_number().
CELL_SQL = "r_score * 121 + f_score * 11 + m_score"


def day_columns(today, dates=None):
    """Return the columns of days that have passed, as SQL.

    :param dates: since which columns of dates; since all of them by default
    """
    return [
        SQL("%s::date - %s AS %s", today, SQL(date), SQL(days))
        for days, date in DAYS.items()
        if dates is None or date in dates
    ]


def cell_code(*scores):
    """Return the code of a cell, e.g. "545"."""
    return "".join(DIGITS[score] for score in scores)


def cell_number(code):
    """Return the number of a cell by its code: compared faster than three scores."""
    r, f, m = map(DIGITS.index, code)
    return r * 121 + f * 11 + m


def expand_cells(patterns, bins):
    """Return the cell codes of patterns like "54*", where * is any score."""
    codes = []
    for pattern in patterns.split():
        found = [""]
        for sign in pattern:
            signs = DIGITS[1 : bins + 1] if sign == "*" else sign
            found = [code + digit for code in found for digit in signs]
        codes += found
    return codes
