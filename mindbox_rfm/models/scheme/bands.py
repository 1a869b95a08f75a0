# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Into which bands the bounds of rules cut each measure: one value tells for a band."""

from itertools import pairwise
from math import ceil, floor

from ...measures import MEASURES, SIGNALS, UPPER
from .thresholds import AXES

# Days before any first order.
FOREVER = 100_000


def get_points(scheme, rules):
    """Return {measure: one value of each band} of the measures that rules look at."""
    bounds = rules.condition_ids
    used = _get_measures(rules)
    values = {
        measure: _get_bands(scheme, measure, bounds)
        for measure in MEASURES
        if measure in used and measure not in ("fm", "average")
    }
    if "average" in used:
        averages = _band_values("average", _borders("average", bounds))
        products = {a * n for a in averages for n in values["orders"] if n}
        values["amount"] = sorted({*values["amount"], *products})
    return values


def _get_measures(rules):
    """Return the measures that rules look at, and those that these follow from."""
    used = set(rules.condition_ids.mapped("measure"))
    if any(rule._get_cells() for rule in rules):
        used.update(AXES)
    if "fm" in used:
        used.update(("f", "m"))
    if "average" in used:
        used.update(("orders", "amount"))
    return used


def _get_bands(scheme, measure, bounds):
    if MEASURES[measure].score:
        return list(range(1, scheme.bins + 1))
    values = _band_values(measure, _borders(measure, bounds))
    if measure in SIGNALS:  # who never did has none
        return [None, *values]
    if measure == "age":  # the last day of a band: nobody's first order is newer
        return [later - 1 for later in values[1:]] + [FOREVER]
    if measure == "orders" and not scheme.lookback_months:
        return [max(1, value) for value in values]
    return values


def _borders(measure, bounds):
    """Return where the bounds cut a measure: (value, 0) before it, (value, 1) after."""
    return sorted(
        {
            (bound.value, int((bound.operator in UPPER) == (bound.operator[1:] == "=")))
            for bound in bounds
            if bound.measure == measure
        }
    )


def _band_values(measure, borders):
    """Return one value of each band, from the lowest."""
    if MEASURES[measure].whole:
        starts = {floor(v) + 1 if after else ceil(v) for v, after in borders}
        lowest = MEASURES[measure].lowest
        return [lowest, *sorted(start for start in starts if start > lowest)]
    if not borders:
        return [1.0]
    values = [borders[0][0] - 1]
    for (value, after), (following, _after) in pairwise([*borders, (None, 0)]):
        if not after:
            values.append(value)
        else:
            values.append(value + 1 if following is None else (value + following) / 2)
    return values
