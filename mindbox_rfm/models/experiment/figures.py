# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The statistics of an experiment, without a database.

Customers are resampled by buckets: a group is cut into some hundred buckets by their
hash, and buckets are drawn with replacement. With one customer per bucket that is the
usual bootstrap; a million customers take no longer than two hundred. The draws are the
same each time, so the same numbers have the same interval.
"""

import random
from functools import lru_cache
from math import erfc, floor, sqrt
from operator import itemgetter
from statistics import NormalDist
from typing import NamedTuple

# Buckets that a group is cut into, as far as it has so many customers.
BUCKETS = 200
# Samples that are drawn.
DRAWS = 4000
SEED = 19
# Customers of a group below whom nothing is said of it.
LEAST = 30
LEVEL = 0.95
# How often a lift is found that is said to be seen.
POWER = 0.8
# What chance would do less often than this makes a group's size suspicious.
BROKEN = 0.001


class Group(NamedTuple):
    """One of the two groups: how many are in each bucket, and their values added up."""

    counts: list
    sums: list

    @property
    def size(self):
        """How many customers there are."""
        return sum(self.counts)

    @property
    def mean(self):
        """What a customer is worth."""
        return sum(self.sums) / self.size


class Estimate(NamedTuple):
    """What the test group brings more per customer, in numbers and relatively."""

    difference: float
    low: float
    high: float
    lift: float
    lift_low: float
    lift_high: float
    p_value: float


def estimate(test, control, level=0.0):
    """Return the :class:`Estimate`, None where a group is too small.

    :param level: what is to be added to the means for them to be levels
    """
    if min(test.size, control.size) < LEAST:
        return None
    difference = test.mean - control.mean
    base = level + control.mean
    draws = list(zip(_resample(test, 0), _resample(control, 1), strict=True))
    differences = sorted(one - other for one, other in draws)
    lifts = sorted(
        (one - other) / (level + other) for one, other in draws if level + other
    )
    low, high = _get_interval(differences)
    lift_low, lift_high = _get_interval(lifts) if lifts else (0.0, 0.0)
    return Estimate(
        difference,
        low,
        high,
        difference / base if base else 0.0,
        lift_low,
        lift_high,
        _get_p_value(differences),
    )


def _resample(group, stream):
    """Yield the means of samples of a group.

    :param int stream: groups that are compared are drawn independently
    """
    counts, sums = group
    for draw in _get_draws(len(counts), stream):
        yield sum(draw(sums)) / sum(draw(counts))


@lru_cache(maxsize=8)
def _get_draws(count, stream):
    """Return functions that draw so many of a list, with replacement."""
    dice = random.Random(SEED + stream)
    # One is no tuple: a group has at least two buckets.
    return [itemgetter(*dice.choices(range(count), k=count)) for _draw in range(DRAWS)]


def _get_interval(values):
    tail = (1 - LEVEL) / 2
    return get_quantile(values, tail), get_quantile(values, 1 - tail)


def get_quantile(values, share):
    """Return a quantile of sorted values; between two of them it is a straight line."""
    place = share * (len(values) - 1)
    below = floor(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])


def _get_p_value(differences):
    """Return how often samples contradict the sign of the difference, two-sided."""
    below = sum(value <= 0 for value in differences)
    above = sum(value >= 0 for value in differences)
    return min(1.0, 2 * (1 + min(below, above)) / (1 + len(differences)))


def correct(p_values):
    """Return p-values corrected by Holm for how many there are."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    corrected, highest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = highest
    return corrected


def check_ratio(test, control, share):
    """Return how often chance alone makes two groups differ so much from the plan.

    :param share: the planned share of the control group
    """
    total = test + control
    if not total:
        return 1.0
    expected = total * share
    square = (control - expected) ** 2 / expected
    square += (control - expected) ** 2 / (total - expected)
    return erfc(sqrt(square / 2))


def find_detectable(mean, variance, test, control):
    """Return the smallest relative lift that is found at :data:`POWER`, or None."""
    if mean <= 0 or not test or not control:
        return None
    normal = NormalDist()
    reach = normal.inv_cdf(1 - (1 - LEVEL) / 2) + normal.inv_cdf(POWER)
    return reach * sqrt(variance * (1 / test + 1 / control)) / mean
