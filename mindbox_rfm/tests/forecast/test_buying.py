# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The closed forms equal those of another implementation."""

from datetime import date

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter

from odoo.tests import BaseCase, tagged

from ...models.forecast import buying
from ...models.forecast.buying import Buying, Spending, Triples
from ...models.forecast.forecast import DAYS
from ..run.cdnow import read_purchases
from .common import summarize


@tagged("post_install", "-at_install")
class TestBuying(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.facts = summarize(read_purchases(), date(1997, 12, 31))
        columns = ["repeats", "recency", "age"]
        distinct = cls.facts[columns].value_counts().reset_index()
        cls.triples = Triples.make(distinct.to_numpy())
        cls.buying = Buying.fit(cls.triples)
        cls.other = BetaGeoFitter()
        cls.other.params_ = pd.Series(cls.buying._asdict())

    def arguments(self):
        return self.triples.repeats, self.triples.recency, self.triples.age

    def test_expected_orders(self):
        expected = self.other.conditional_expected_number_of_purchases_up_to_time(
            DAYS / 7, *self.arguments()
        )
        found = self.buying.get_orders(self.triples, DAYS)
        np.testing.assert_allclose(found, expected, rtol=1e-9)

    def test_probability_of_an_order(self):
        """It is how likely one is still a customer, times an order of one who is."""
        alive = self.other.conditional_probability_alive(*self.arguments())
        r, alpha, *_leaving = self.buying
        x, _recency, age = self.arguments()
        none = ((alpha + age) / (alpha + age + DAYS / 7)) ** (r + x)
        found = self.buying.get_probability(self.triples, DAYS)
        np.testing.assert_allclose(found, alive * (1 - none), rtol=1e-9)

    def test_the_fit_is_as_likely_as_another_one(self):
        other = BetaGeoFitter()
        other.fit(*self.arguments(), weights=self.triples.count)
        theirs = Buying(*(float(other.params_[name]) for name in Buying._fields))
        mine, best = (
            buying._get_buying_likelihood(one, self.triples)
            for one in (self.buying, theirs)
        )
        self.assertGreaterEqual(mine, best - 1e-6)

    def test_amounts(self):
        spent = self.facts[self.facts["cents"] > 0]
        orders = spent["orders"].to_numpy(float)
        means = spent["cents"].to_numpy() / 100 / orders
        spending = Spending.fit(orders, means)
        other = GammaGammaFitter()
        other.params_ = pd.Series(spending._asdict())
        expected = other.conditional_expected_average_profit(orders, means)
        np.testing.assert_allclose(
            spending.get_amount(orders, means), expected, rtol=1e-9
        )

    def test_half_of_those_who_order_again_have_done_so(self):
        """By simulation of customers at rates of their own."""
        triples = Triples.make([(3, 20, 30, 1)])
        days = self.buying.get_days(triples, 0.5)[0]
        r, alpha, *_leaving = self.buying
        dice = np.random.default_rng(1)
        rates = dice.gamma(r + 3, 1 / (alpha + 30), 200_000)
        waits = dice.exponential(1 / rates) * 7
        self.assertAlmostEqual((waits <= days).mean(), 0.5, 2)
