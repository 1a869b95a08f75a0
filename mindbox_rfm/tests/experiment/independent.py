# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an experiment is to say, computed again from its definition, with numpy."""

import hashlib
import random
from functools import lru_cache

import numpy as np

from ...models.experiment.figures import BUCKETS, DRAWS, SEED, Group


def get_places(ids, seed):
    """Return the hash of each customer."""
    return np.array([hashlib.md5(f"{seed}:{i}".encode()).hexdigest() for i in ids])


def draw_control(strata, places, share, seed):
    """Return whether each is left out: every so manieth by stratum and hash."""
    order = np.lexsort((places, strata))
    offset = random.Random(seed).random()
    number = np.arange(len(order) + 1) * share / 100.0
    steps = np.floor(number + offset)
    control = np.zeros(len(order), bool)
    control[order] = steps[1:] > steps[:-1]
    return control


def cap(values):
    """Return values with the highest hundredth of those above zero cut."""
    if not (values > 0).any():
        return values
    limit = np.quantile(values[values > 0], 0.99)
    return np.clip(values, -limit, limit)


def centre(values, strata):
    """Return how far values lie from the mean of their stratum."""
    _names, index = np.unique(strata, return_inverse=True)
    means = np.bincount(index, weights=values) / np.bincount(index)
    return values - means[index]


def adjust(values, before, strata):
    """Return residuals: least squares on strata and on the time before."""
    values, before = centre(values, strata), centre(before, strata)
    square = (before**2).sum()
    return values - (before @ values / square if square else 0) * before


def bucketed(residuals, places):
    """Return a group of the product's own kind, in the order of the hashes."""
    sorted_ = residuals[np.argsort(places, kind="stable")]
    buckets = np.arange(len(sorted_)) % BUCKETS
    counts = np.bincount(buckets).tolist()
    return Group(counts, np.bincount(buckets, weights=sorted_).tolist())


@lru_cache(maxsize=4)
def get_draws(size, stream):
    """Return how often each bucket is in each sample, as the product draws them."""
    dice = random.Random(SEED + stream)
    draws = (dice.choices(range(size), k=size) for _draw in range(DRAWS))
    return np.array([np.bincount(draw, minlength=size) for draw in draws], float)


def resample(group, stream):
    """Return the means of samples."""
    counts, sums = np.array(group.counts, float), np.array(group.sums)
    draws = get_draws(len(counts), stream)
    return (draws @ sums) / (draws @ counts)


def compare(residuals, values, places, control):
    """Return difference, lift and both intervals of two groups."""
    test = bucketed(residuals[~control], places[~control])
    left_out = bucketed(residuals[control], places[control])
    level = values.mean()
    difference = residuals[~control].mean() - residuals[control].mean()
    one, other = resample(test, 0), resample(left_out, 1)
    shares = [0.025, 0.975]
    return {
        "difference": difference,
        "lift": difference / (level + residuals[control].mean()),
        "difference_low": np.quantile(one - other, shares[0]),
        "difference_high": np.quantile(one - other, shares[1]),
        "lift_low": np.quantile((one - other) / (level + other), shares[0]),
        "lift_high": np.quantile((one - other) / (level + other), shares[1]),
    }
