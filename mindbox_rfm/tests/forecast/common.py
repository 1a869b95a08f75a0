# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import numpy as np
import pandas as pd


def summarize(frame, day):
    """Return orders, amount, x, recency and age in weeks of each customer."""
    known = frame[frame["date"] <= pd.Timestamp(day)].groupby("customer")
    facts = known.agg(
        first=("date", "min"),
        last=("date", "max"),
        orders=("date", "nunique"),
        cents=("cents", "sum"),
    )
    facts["repeats"] = facts["orders"] - 1
    facts["recency"] = ((facts["last"] - facts["first"]).dt.days / 7).round()
    age = (pd.Timestamp(day) - facts["first"]).dt.days // 7
    facts["age"] = np.maximum(age, facts["recency"])
    return facts
