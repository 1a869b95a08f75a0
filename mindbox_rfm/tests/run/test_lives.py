# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A run that counts only what has changed leaves what a run over all would leave.

The long form: RFM_LIVES=500 RFM_STEPS=30 with this file.
"""

import os
from copy import copy
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ..common import TODAY
from .any_shop import STEP_KINDS, Shop
from .incremental import IncrementalCase

LIVES = int(os.environ.get("RFM_LIVES", 6))
STEPS = int(os.environ.get("RFM_STEPS", 12))
RULES = [
    ("vip", "recency < 40, orders >= 2, amount > 300"),
    ("keen", "clicked <= 7, orders >= 1"),
    (
        "sweet",
        "amount > 20",
        {"mindbox_segmentation": "Taste", "mindbox_segment": "Sweet"},
    ),
    ("top", "m >= 4", {"cells": "333 432 543 552"}),
    ("young", "age <= 60"),
    ("cold", "recency >= 90.5"),
    ("reader", "opened < 30", {"no_orders": True}),
    ("rest", ""),
]

steps = st.lists(
    st.tuples(
        st.sampled_from(STEP_KINDS), st.integers(0, 10_000), st.integers(0, 10_000)
    ),
    min_size=STEPS,
    max_size=STEPS,
)


@tagged("post_install", "-at_install")
class TestRandomLives(IncrementalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls.make_custom(RULES, full_days=10_000)
        cls.shop = Shop(cls, cls.scheme)

    @settings(
        max_examples=LIVES,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )
    @given(life=steps)
    def test_any_history(self, life):
        with self.undone():
            self.run_day(self.scheme, TODAY)
            shop = copy(self.shop)
            shop.case = self
            try:
                for kind, one, two in life:
                    shop.step(kind, one, two)
                self.compare(self.scheme, shop.day + timedelta(days=1))
            except Exception as error:
                error.add_note(f"{life}")
                raise
