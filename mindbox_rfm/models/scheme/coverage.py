# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Holes, overlaps and dead rules: the rules tried on all that they can tell apart.

Each measure is cut into bands at the bounds of the rules; each combination of bands,
and each cell of the matrix where scores are used, is one point. The very predicates of
a run judge the points.
"""

from math import prod
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL

from ...measures import CELL_SQL, SIGNALS
from .bands import get_points
from .thresholds import AXES

# Points; more are not worth the wait.
MAX_POINTS = 300_000

# All combinations of values, and customers without orders. A point is plain where no
# rule's filter on customers matches: filters match anybody or nobody.
POINTS = """
    SELECT *, current_date AS last_order_date, (%(cell)s)::int AS cell,
           %(plain)s AS plain
      FROM %(lists)s
     WHERE age IS NULL OR recency IS NULL OR age >= recency
     UNION ALL
    SELECT %(nobody)s, NULL, NULL, FALSE FROM %(free)s
"""
# How many points are in no rule but the last, in several, and of each rule: how often
# it matches, how often it wins, and how often it wins where filters match as well.
JUDGED = """
    SELECT count(*) FILTER (WHERE plain),
           count(*) FILTER (WHERE plain AND (%(several)s) = 0),
           count(*) FILTER (WHERE plain AND (%(several)s) > 1),
           %(counts)s
      FROM (SELECT plain, %(matches)s FROM (%(points)s) point) judged
"""
# Measure -> column of a point.
MEASURE_COLUMNS = {
    "recency": "recency",
    "age": "age",
    "orders": "order_count",
    "amount": "amount",
    **{axis: f"{axis}_score" for axis in AXES},
    **{measure: measure for measure in SIGNALS},
}


class RuleCoverage(NamedTuple):
    """One rule: points that it matches and wins; dead if it wins nowhere at all."""

    rule: models.BaseModel
    matches: int
    wins: int
    dead: bool


class Coverage(NamedTuple):
    """Points there are, those left to the last rule, those of several rules."""

    points: int
    holes: int
    overlaps: int
    rules: list[RuleCoverage]


def check_coverage(scheme):
    """Return the :class:`Coverage` of a scheme, None where points are too many."""
    rules = scheme.rule_ids.sorted()
    values = get_points(scheme, rules)
    if prod(map(len, values.values())) > MAX_POINTS:
        return None
    flags = {
        rule: SQL.identifier(f"d{number}")
        for number, rule in enumerate(rules.filtered(lambda r: r._needs_customers()))
    }
    predicates = [rule._to_sql(flags.get(rule)) for rule in rules]
    points = _points_sql(values, list(flags.values()))
    [row] = scheme.env.execute_query(_judged_sql(points, predicates))
    return _read(rules, row)


def _read(rules, row):
    points, holes, overlaps, *counts = row
    triples = zip(counts[::3], counts[1::3], counts[2::3], strict=True)
    tried = [
        RuleCoverage(rule, matches, wins, dead=not ever and not rule.is_catch_all)
        for rule, (matches, wins, ever) in zip(rules, triples, strict=True)
    ]
    return Coverage(points, holes, overlaps, tried)


def _points_sql(values, flags):
    """Return the relation of all points.

    :param flags: columns that stand for the rules' filters on customers
    """
    lists = {
        measure: SQL(
            "unnest(%s::numeric[]) AS %s(%s)",
            list(values.get(measure, [None])),
            SQL.identifier(f"t_{measure}"),
            SQL.identifier(column),
        )
        for measure, column in MEASURE_COLUMNS.items()
    }
    tossed = [SQL("unnest('{f,t}'::bool[]) AS %s", flag) for flag in flags]
    plain = [SQL("NOT %s", flag) for flag in flags]
    nobody = [
        SQL.identifier(column) if measure in SIGNALS else SQL("NULL::numeric")
        for measure, column in MEASURE_COLUMNS.items()
    ]
    # Without orders one can have clicked, and match a filter.
    free = [lists[measure] for measure in SIGNALS] + tossed
    return SQL(
        POINTS,
        cell=SQL(CELL_SQL),
        plain=SQL(" AND ").join(plain) if plain else SQL("TRUE"),
        lists=SQL(" CROSS JOIN ").join([*lists.values(), *tossed]),
        nobody=SQL(", ").join([*nobody, *flags]),
        free=SQL(" CROSS JOIN ").join(free),
    )


def _judged_sql(points, predicates):
    names = [SQL.identifier(f"p{number}") for number in range(len(predicates))]
    matches = (
        SQL("COALESCE(%s, FALSE) AS %s", predicate, name)
        for predicate, name in zip(predicates, names, strict=True)
    )
    return SQL(
        JUDGED,
        several=SQL(" + ").join([SQL("0"), *(SQL("%s::int", n) for n in names[:-1])]),
        counts=SQL(", ").join(_counts(names)),
        matches=SQL(", ").join(matches),
        points=points,
    )


def _counts(names):
    """Yield three numbers of each rule: matches, wins, wins with filters."""
    none_before = SQL("TRUE")
    for name in names:
        wins = SQL("%s AND %s", name, none_before)
        yield SQL("count(*) FILTER (WHERE plain AND %s)", name)
        yield SQL("count(*) FILTER (WHERE plain AND %s)", wins)
        yield SQL("count(*) FILTER (WHERE %s)", wins)
        none_before = SQL("%s AND NOT %s", none_before, name)
