# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The numbers behind the pictures: a few aggregate queries, whatever the size."""

from odoo import api, fields, models
from odoo.tools import SQL

from ...measures import cell_code
from ..scheme.thresholds import describe_cuts

# Customers, amount and orders of each cell and segment, of those who have ordered.
CELLS = """
    SELECT r_score, f_score, m_score, segment_id, count(*), sum(amount),
           sum(order_count)
      FROM rfm_profile
     WHERE scheme_id = %s AND r_score IS NOT NULL
     GROUP BY r_score, f_score, m_score, segment_id
"""
# The size of each segment after the last run of each day.
TREND = """
    SELECT run.date, line.segment_id, line.customers
      FROM rfm_run_line line JOIN rfm_run run ON run.id = line.run_id
     WHERE run.id IN (
         SELECT max(id) FROM rfm_run
          WHERE scheme_id = %s AND state = 'done' GROUP BY date
     )
     ORDER BY run.date
"""


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    # === CARDS === #

    @api.model
    def get_overview(self, scheme_id=False):
        """Return the segments of a scheme, with their sizes, for the cards."""
        scheme = self.browse(scheme_id or self._get_active_id(self.env.company.id))
        scheme.check_access("read")
        if not scheme.exists():
            return {"scheme": False}
        run = scheme.last_run_id
        return {
            "scheme": {
                "id": scheme.id,
                "name": scheme.name,
                "state": scheme.state,
                "bins": scheme.bins,
                "lookback": scheme.lookback_months,
                "currency_id": scheme.currency_id.id,
                "limits": describe_cuts(self.env, run.cut_points) if run else {},
            },
            "run": run and run._get_info(),
            "segments": scheme._get_cards(run),
        }

    def _get_cards(self, run):
        """Return one dict per segment: sizes, shares, change since the run before."""
        lines = {line.segment_id: line for line in run.line_ids}
        before = {line.segment_id: line for line in run._get_previous().line_ids}
        return [
            {
                "id": segment.id,
                "name": segment.name,
                "color": segment.color,
                "strategy": segment.strategy or "",
                **lines.get(segment, run.line_ids.browse())._get_card(
                    before.get(segment), run.date
                ),
            }
            for segment in self.segment_ids
        ]

    # === HEAT MAP === #

    def get_heat_map(self):
        """Return customers, amount and orders of each cell and segment.

        The picture adds them up by the axes that are chosen. ``before`` holds the
        customers of each cell after the run before.
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "cells": [
                {
                    "cell": cell_code(*row[:3]),
                    "segment_id": row[3],
                    "customers": row[4],
                    "revenue": float(row[5] or 0),
                    "orders": row[6] or 0,
                }
                for row in self.env.execute_query(SQL(CELLS, self.id))
            ],
            "before": self.last_run_id._get_previous().cells or {},
        }

    def action_view_cell(self, r_scores, f_scores, m_scores, name, fm=False):
        """Open the customers of some cells of the matrix.

        :param fm: only those whose F and M are so much on average, rounded up
        """
        self.ensure_one()
        self.check_access("read")
        if fm:
            return self._action_view_partners(name, self._get_fm_domain(r_scores, fm))
        domain = [
            ("rfm_r", "in", r_scores),
            ("rfm_f", "in", f_scores),
            ("rfm_m", "in", m_scores),
        ]
        return self._action_view_partners(name, domain)

    def _get_fm_domain(self, r_scores, fm):
        scores = range(1, self.bins + 1)
        pairs = [(f, m) for f in scores for m in scores if -(-(f + m) // 2) == fm]
        codes = [cell_code(r, f, m) for r in r_scores for f, m in pairs]
        return [("rfm_score", "in", codes)]

    # === TREND === #

    def get_trend(self):
        """Return [date, segment, customers] of the last run of each day."""
        self.ensure_one()
        self.check_access("read")
        return [
            [fields.Date.to_string(date), segment, customers]
            for date, segment, customers in self.env.execute_query(SQL(TREND, self.id))
        ]
