# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The numbers behind the pictures: a few aggregate queries, whatever the size."""

from odoo import api, fields, models
from odoo.tools import SQL

from ...measures import cell_code

THIN_CUSTOMERS = 500
THIN_DAYS = 180
THIN_ONE_TIME = 0.9


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

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
                "limits": scheme._describe_cuts(run.cut_points) if run else {},
            },
            "run": run and scheme._get_run_info(run),
            "segments": scheme._get_cards(run),
        }

    def _get_run_info(self, run):
        return {
            "id": run.id,
            "date": fields.Date.to_string(run.date),
            "customers": run.customers,
            "changed": run.changed,
            "warnings": run.warnings or "",
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
                **self._get_card(
                    lines.get(segment, run.line_ids.browse()),
                    before.get(segment),
                    run.date,
                ),
            }
            for segment in self.segment_ids
        ]

    def _get_card(self, line, before, date):
        median = line.median_last_order
        return {
            "customers": line.customers,
            "orders": line.orders,
            "revenue": line.revenue,
            "average": line.orders and line.revenue / line.orders,
            "median_days": (date - median).days if median else False,
            "change": line.customers - before.customers if before else False,
        }

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
                    "cell": cell,
                    "segment_id": segment,
                    "customers": customers,
                    "revenue": float(amount or 0),
                    "orders": orders or 0,
                }
                for cell, segment, customers, amount, orders in self._count_groups()
            ],
            "before": self.last_run_id._get_previous().cells or {},
        }

    def _count_groups(self):
        """Return (cell, segment, customers, amount, orders) of those who ordered."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r_score, f_score, m_score, segment_id, count(*), sum(amount),
                       sum(order_count)
                  FROM rfm_profile
                 WHERE scheme_id = %s AND r_score IS NOT NULL
                 GROUP BY r_score, f_score, m_score, segment_id
                """,
                self.id,
            )
        )
        return [(cell_code(*row[:3]), *row[3:]) for row in rows]

    def action_view_cell(self, r_scores, f_scores, m_scores, name, fm=False):
        """Open the customers of some cells of the matrix.

        :param fm: only those whose F and M are so much on average, rounded up
        """
        self.ensure_one()
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

    # === TRANSITIONS === #

    def get_transitions(self, date_from, date_to):
        """Return who was where at the end of two days, and how many moved.

        Only the moves between the two days are read: who did not move is known from
        the sizes of the segments.

        :return: dict of ``moves`` [from, to, customers] and ``sizes`` {segment:
            customers} on the first day
        """
        self.ensure_one()
        self.check_access("read")
        start, end = map(fields.Date.to_date, (date_from, date_to))
        moves = self.env.execute_query(self._moves_sql(start, end))
        return {
            "moves": [list(move) for move in moves],
            "sizes": self._get_sizes(start),
        }

    def _moves_sql(self, start, end):
        return SQL(
            """
            SELECT from_id, to_id, count(*) FROM (
                SELECT DISTINCT ON (partner_id)
                       first_value(from_segment_id) OVER way AS from_id,
                       last_value(to_segment_id) OVER way AS to_id
                  FROM rfm_transition
                 WHERE scheme_id = %s AND date > %s AND date <= %s
                WINDOW way AS (
                    PARTITION BY partner_id ORDER BY date, id
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                )
            ) ways
             WHERE from_id IS DISTINCT FROM to_id
             GROUP BY from_id, to_id ORDER BY 3 DESC
            """,
            self.id,
            start,
            end,
        )

    def _get_sizes(self, day):
        """Return {segment: customers} at the end of a day: today's, moves undone."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT segment_id, sum(customers)::int FROM (
                    SELECT segment_id, count(*) AS customers FROM rfm_profile
                     WHERE scheme_id = %(scheme)s GROUP BY segment_id
                     UNION ALL
                    SELECT to_segment_id, -count(*) FROM rfm_transition
                     WHERE scheme_id = %(scheme)s AND date > %(day)s
                     GROUP BY to_segment_id
                     UNION ALL
                    SELECT from_segment_id, count(*) FROM rfm_transition
                     WHERE scheme_id = %(scheme)s AND date > %(day)s
                     GROUP BY from_segment_id
                ) sizes
                 WHERE segment_id IS NOT NULL
                 GROUP BY segment_id
                """,
                scheme=self.id,
                day=day,
            )
        )
        return {str(segment): size for segment, size in rows if size}

    def action_view_movers(self, date_from, date_to, from_id, to_id, name):
        """Open the customers who went from one segment to another between two days."""
        self.ensure_one()
        start, end = map(fields.Date.to_date, (date_from, date_to))
        domain = [
            ("scheme_id", "=", self.id),
            ("date", ">", start),
            ("date", "<=", end),
            ("from_segment_id", "=", from_id),
            ("to_segment_id", "=", to_id),
        ]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_rfm.rfm_transition_action"
        )
        return action | {"name": name, "domain": domain, "context": {}}

    # === TREND === #

    def get_trend(self):
        """Return [date, segment, customers] of the last run of each day."""
        self.ensure_one()
        self.check_access("read")
        return [
            [fields.Date.to_string(date), segment, customers]
            for date, segment, customers in self.env.execute_query(
                SQL(
                    """
                    SELECT run.date, line.segment_id, line.customers
                      FROM rfm_run_line line JOIN rfm_run run ON run.id = line.run_id
                     WHERE run.id IN (
                         SELECT max(id) FROM rfm_run
                          WHERE scheme_id = %s AND state = 'done' GROUP BY date
                     )
                     ORDER BY run.date
                    """,
                    self.id,
                )
            )
        ]

    def get_run_dates(self):
        """Return the days of the runs, the first one and the latest 400."""
        self.ensure_one()
        self.check_access("read")
        groups = self.env["rfm.run"]._read_group(
            [("scheme_id", "=", self.id), ("state", "=", "done")],
            ["date:day"],
            order="date:day desc",
            limit=400,
        )
        return [fields.Date.to_string(date) for (date,) in groups]

    # === ALERTS AND BANNERS === #

    def _after_run(self, run):
        result = super()._after_run(run)
        if jumps := list(self._get_jumps(run)):
            self.activity_schedule(
                "mindbox_rfm.activity_type_jump",
                note="<br/>".join(jumps),
                user_id=self.user_id.id or self.env.uid,
            )
        return result

    def _get_warnings(self, buyers, one_time, days):
        """Yield why the data is too thin for equal shares to mean something."""
        if buyers < THIN_CUSTOMERS:
            yield self.env._(
                "Only %(buyers)s customers have ordered: equal shares say little below "
                "%(least)s. Fixed thresholds are safer.",
                buyers=buyers,
                least=THIN_CUSTOMERS,
            )
        elif one_time > THIN_ONE_TIME * buyers:
            yield self.env._(
                "%(share)s %% of the customers have ordered only once: F can hardly "
                "tell them apart.",
                share=round(100 * one_time / buyers),
            )
        if buyers and days < THIN_DAYS:
            yield self.env._(
                "The orders go back %(days)s days only: R means more after %(least)s.",
                days=days,
                least=THIN_DAYS,
            )

    def _get_jumps(self, run):
        """Yield what to tell of segments that grew or shrank by more than allowed."""
        before = {
            line.segment_id: line.customers for line in run._get_previous().line_ids
        }
        if not before or not self.alert_share:
            return
        now = {line.segment_id: line.customers for line in run.line_ids}
        for segment in self.segment_ids:
            old, new = before.get(segment, 0), now.get(segment, 0)
            if abs(new - old) * 100 > self.alert_share * max(old, 10):
                yield self.env._(
                    "%(segment)s: %(old)s → %(new)s customers",
                    segment=segment.name,
                    old=old,
                    new=new,
                )
