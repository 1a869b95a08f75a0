# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a run leaves behind of the whole: history in a few rows."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import Command
from odoo.tools import SQL

from ...measures import cell_code

# The customers of a scheme, those put together who have the same segment and day of
# the last order; and how many have the same scores. Few groups each: every processor
# counts its part of the customers.
GROUPS = """
    SELECT segment_id, last_order_date,
           count(*), COALESCE(sum(order_count), 0), COALESCE(sum(amount), 0),
           count(*) FILTER (WHERE order_count = 1), min(first_order_date)
      FROM rfm_profile WHERE scheme_id = %s
     GROUP BY segment_id, last_order_date
"""
CELLS = """
    SELECT r_score, f_score, m_score, count(*)
      FROM rfm_profile WHERE scheme_id = %s AND last_order_date IS NOT NULL
     GROUP BY r_score, f_score, m_score
"""


class Group(NamedTuple):
    """One row of :data:`GROUPS`; without a day, they have never ordered."""

    segment_id: int
    day: date | None
    customers: int
    orders: int
    amount: Decimal
    one_time: int
    first_day: date | None


def take_stock(scheme, today):
    """Return the values of a run's log: sizes of segments and cells, how thin it is."""
    rows = scheme.env.execute_query(SQL(GROUPS, scheme.id))
    groups = [Group(*row) for row in rows]
    buyers = [group for group in groups if group.day]
    segments = defaultdict(list)
    for group in groups:
        segments[group.segment_id].append(group)
    cells = scheme.env.execute_query(SQL(CELLS, scheme.id))
    return {
        "cells": {cell_code(*scores): customers for *scores, customers in cells},
        "customers": sum(group.customers for group in groups),
        "line_ids": [
            Command.create(_get_line(segment_id, members))
            for segment_id, members in segments.items()
        ],
        "thinness": _get_thinness(buyers, today),
    }


def _get_line(segment_id, groups):
    """Return the values of the log's line on a segment."""
    return {
        "segment_id": segment_id,
        "customers": sum(group.customers for group in groups),
        "orders": sum(group.orders for group in groups),
        "revenue": sum(float(group.amount) for group in groups),
        "median_last_order": _get_median_day([group for group in groups if group.day]),
    }


def _get_median_day(groups):
    """Return the day by which half of the customers had their last order."""
    half = sum(group.customers for group in groups) / 2
    for group in sorted(groups, key=lambda group: group.day):
        half -= group.customers
        if half <= 0:
            return group.day
    return False


def _get_thinness(buyers, today):
    """Return by what one judges whether equal shares can mean something."""
    first = min((group.first_day for group in buyers), default=today)
    return {
        "buyers": sum(group.customers for group in buyers),
        "one_time": sum(group.one_time for group in buyers),
        "days": (today - first).days,
    }
