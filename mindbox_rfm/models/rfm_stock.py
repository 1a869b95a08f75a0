# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a run leaves behind of the whole: history in a few rows."""

from collections import defaultdict

from odoo import Command, models
from odoo.tools import SQL


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    def _take_stock(self, today):
        """Return the values of a run's log: sizes of segments and cells."""
        groups = self._count_groups()
        cells = defaultdict(int)
        sizes = defaultdict(lambda: [0, 0, 0.0])
        for cell, segment_id, customers, amount, orders in groups:
            cells[cell] += customers
            size = sizes[segment_id]
            size[0] += customers
            size[1] += orders
            size[2] += float(amount)
        days = self._count_days()
        for segment_id, counts in days.items():
            sizes[segment_id][0] += counts.get(None, 0)  # who has never ordered
        return {
            "cells": dict(cells),
            "customers": sum(size[0] for size in sizes.values()),
            "line_ids": [
                Command.create(
                    {
                        "segment_id": segment_id,
                        "customers": customers,
                        "orders": orders,
                        "revenue": revenue,
                        "median_last_order": _median(days[segment_id]),
                    }
                )
                for segment_id, (customers, orders, revenue) in sizes.items()
            ],
            "thinness": self._measure_thinness(today, sum(cells.values())),
        }

    def _count_days(self):
        """Return {segment: {last order: customers}}; None stands for no order."""
        days = defaultdict(dict)
        for segment_id, day, customers in self.env.execute_query(
            SQL(
                """
                SELECT segment_id, last_order_date, count(*)
                  FROM rfm_profile WHERE scheme_id = %s
                 GROUP BY segment_id, last_order_date
                """,
                self.id,
            )
        ):
            days[segment_id][day] = customers
        return days

    def _measure_thinness(self, today, buyers):
        """Return what tells whether equal shares mean something."""
        [(one_time, first)] = self.env.execute_query(
            SQL(
                """
                SELECT count(*) FILTER (WHERE order_count = 1), min(first_order_date)
                  FROM rfm_profile WHERE scheme_id = %s
                """,
                self.id,
            )
        )
        days = (today - first).days if first else 0
        return {"buyers": buyers, "one_time": one_time, "days": days}


def _median(counts):
    """Return the lower median of the days in {day: how often}."""
    days = sorted(day for day in counts if day)
    half = sum(counts[day] for day in days) / 2
    for day in days:
        half -= counts[day]
        if half <= 0:
            return day
    return False
