# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a run leaves behind of the whole: history in a few rows."""

from collections import defaultdict

from odoo import Command, models
from odoo.tools import SQL

from ...measures import cell_code


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    def _take_stock(self, today):
        """Return the values of a run's log: sizes of segments and cells."""
        cells = defaultdict(int)
        sizes = defaultdict(lambda: [0, 0, 0.0])
        days = defaultdict(lambda: defaultdict(int))
        one_time, first = 0, None
        for scores, segment_id, day, group in self._count_stock():
            customers, orders, amount, once, oldest = group
            size = sizes[segment_id]
            size[0] += customers
            size[1] += orders
            size[2] += float(amount)
            if day:
                cells[cell_code(*scores)] += customers
                days[segment_id][day] += customers
                first = min(first or oldest, oldest)
                one_time += once
        buyers = sum(cells.values())
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
            "thinness": {
                "buyers": buyers,
                "one_time": one_time,
                "days": (today - first).days if first else 0,
            },
        }

    def _count_stock(self):
        """Yield scores, segment, day of the last order, and the sums of these."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r_score, f_score, m_score, segment_id, last_order_date,
                       count(*), COALESCE(sum(order_count), 0),
                       COALESCE(sum(amount), 0),
                       count(*) FILTER (WHERE order_count = 1), min(first_order_date)
                  FROM rfm_profile WHERE scheme_id = %s
                 GROUP BY r_score, f_score, m_score, segment_id, last_order_date
                """,
                self.id,
            )
        )
        return ((row[:3], row[3], row[4], row[5:]) for row in rows)


def _median(counts):
    """Return the lower median of the days in {day: how often}."""
    days = sorted(day for day in counts if day)
    half = sum(counts[day] for day in days) / 2
    for day in days:
        half -= counts[day]
        if half <= 0:
            return day
    return False
