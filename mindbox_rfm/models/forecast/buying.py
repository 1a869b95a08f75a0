# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When customers order next, and for how much: BG/NBD and Gamma-Gamma.

Fader, Hardie and Lee (2005): while they are customers, people order at random at rates
of their own, and after each order some leave for good, unnoticed. Three numbers say all
that the model asks of a customer: how many orders came after the first (x), when the
last of them came (recency), and how long the first one is ago (age), both in weeks. Few
triples are different, so a million customers are computed as fast as some thousand.

Whether somebody "is still a customer" is never shown: for whoever ordered once the
model says yes for ever. That they order within so many days is what it can say.
"""

from typing import NamedTuple

try:
    import numpy as np
    from scipy.optimize import minimize
    from scipy.special import gammaln, hyp2f1
except ImportError:  # forecasts are left out then, all else works
    np = None

WEEK = 7
# How far the logarithms of parameters go from the start: what lies beyond is no shop.
BOUND = 8
START = (0.5, 5.0, 1.0, 2.0)
# Quantiles of when the next order comes.
EARLY, HALF, LATE = 0.1, 0.5, 0.9


def is_available():
    """Whether SciPy is installed."""
    return np is not None


class Triples(NamedTuple):
    """Arrays of distinct customers, and how many there are of each."""

    repeats: "np.ndarray"
    recency: "np.ndarray"
    age: "np.ndarray"
    count: "np.ndarray"

    @classmethod
    def make(cls, rows):
        """Return triples of rows (x, recency, age, customers)."""
        columns = np.array(rows, dtype=float).reshape(-1, 4).T
        return cls(*columns)


class Buying(NamedTuple):
    """BG/NBD: orders come at rates of r and alpha, customers leave by a and b."""

    r: float
    alpha: float
    a: float
    b: float

    @classmethod
    def fit(cls, triples):
        """Return the parameters by which the triples are most likely."""
        return cls(*_maximize(_get_buying_likelihood, START, triples))

    def _get_staying(self, triples):
        """Return how likely a customer has not left."""
        odds = _get_leaving_odds(self, triples)
        return 1 / (1 + np.where(triples.repeats > 0, np.exp(odds), 0))

    def get_probability(self, triples, days):
        """Return how likely there is an order within so many days."""
        age = self.alpha + triples.age
        none = (age / (age + days / WEEK)) ** (self.r + triples.repeats)
        return self._get_staying(triples) * (1 - none)

    def get_orders(self, triples, days):
        """Return how many orders are expected within so many days."""
        r, alpha, a, b = self
        x, weeks = triples.repeats, days / WEEK
        age = alpha + triples.age
        none = (age / (age + weeks)) ** (r + x)
        rest = hyp2f1(r + x, b + x, a + b + x - 1, weeks / (age + weeks))
        growth = (a + b + x - 1) / (a - 1) * (1 - none * rest)
        return self._get_staying(triples) * growth

    def get_days(self, triples, share):
        """Return in how many days the next order has come of that share of customers.

        Of those who order again: that somebody never does has no date.
        """
        age = self.alpha + triples.age
        wait = (1 - share) ** (-1 / (self.r + triples.repeats)) - 1
        with np.errstate(over="ignore"):
            return WEEK * age * wait


class Spending(NamedTuple):
    """Gamma-Gamma: what an order costs differs by customer, and from time to time."""

    p: float
    q: float
    v: float

    @classmethod
    def fit(cls, orders, means):
        """Return the parameters; orders and their mean amount are by customer."""
        sample = (np.array(orders, dtype=float), np.array(means, dtype=float))
        scale = sample[1].mean()
        start = (2.0, 3.0, scale)
        return cls(*_maximize(_get_spending_likelihood, start, sample))

    def get_amount(self, orders, mean):
        """Return what the next order of a customer is expected to cost."""
        p, q, v = self
        return p * (v + orders * mean) / (p * orders + q - 1)


def _maximize(get_likelihood, start, facts):
    """Return the parameters, all above zero, by which facts are most likely."""

    def get_loss(logarithms):
        return -get_likelihood(np.exp(logarithms), facts)

    bounds = [(at - BOUND, at + BOUND) for at in np.log(start)]
    best = minimize(get_loss, np.log(start), method="L-BFGS-B", bounds=bounds)
    return [float(value) for value in np.exp(best.x)]


def _get_leaving_odds(parameters, triples):
    """Return the logarithm of how many times likelier it is to have left."""
    r, alpha, a, b = parameters
    x = triples.repeats
    ratio = np.log((alpha + triples.age) / (alpha + triples.recency))
    return np.log(a) - np.log(b + np.maximum(x, 1) - 1) + (r + x) * ratio


def _get_buying_likelihood(parameters, triples):
    r, alpha, a, b = parameters
    x, count = triples.repeats, triples.count
    odds = np.where(x > 0, _get_leaving_odds(parameters, triples), -np.inf)
    each = (
        gammaln(r + x)
        - gammaln(r)
        + r * np.log(alpha)
        + gammaln(a + b)
        + gammaln(b + x)
        - gammaln(b)
        - gammaln(a + b + x)
        - (r + x) * np.log(alpha + triples.age)
        + np.logaddexp(0, odds)
    )
    return (each * count).sum() / count.sum()


def _get_spending_likelihood(parameters, sample):
    p, q, v = parameters
    orders, means = sample
    each = (
        gammaln(p * orders + q)
        - gammaln(p * orders)
        - gammaln(q)
        + q * np.log(v)
        + (p * orders - 1) * np.log(means)
        + p * orders * np.log(orders)
        - (p * orders + q) * np.log(orders * means + v)
    )
    return each.mean()
