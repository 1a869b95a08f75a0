# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Before the start: which lift can be seen, with how many people, in how many days.

As if an experiment had begun so many days ago: who would have been in which segment
then, and how much what they bought since differs from one to the other.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..run.past import load_past
from ..run.plans import WHOLE_TABLES, planned
from ..run.run import as_system
from ..run.window import Window
from .adjusted import get_adjusted, get_value
from .figures import LEAST, find_detectable
from .rfm_experiment import SETTLED

# Shares of the control group that are put beside the chosen one, in percent.
SHARES = (5, 10, 20, 50)
# How many times as many days as are chosen.
TIMES = (1, 2)
CUSTOMERS = """
    SELECT past.segment_id, past.segment_id * 16 + COALESCE(past.m_score, 0) AS stratum,
           %(value)s AS value, %(before)s AS before
      FROM (%(past)s) past
      LEFT JOIN (
          SELECT partner_id, order_count, amount FROM (%(since)s) since
      ) bought ON bought.partner_id = past.partner_id
      LEFT JOIN (
          SELECT partner_id, order_count AS before_order_count,
                 amount AS before_amount FROM (%(earlier)s) earlier
      ) earlier ON earlier.partner_id = past.partner_id
     WHERE past.segment_id IS NOT NULL
       AND (%(all)s OR past.segment_id = ANY(%(segments)s))
"""
# How many there were, what they were worth, and how much the residuals differ.
SPREAD = """
    SELECT segment_id, count(*), avg(counted), sum(residual ^ 2) / count(*)
      FROM (%(adjusted)s) adjusted
     GROUP BY GROUPING SETS ((), (segment_id))
"""
NOW = """
    SELECT segment_id, count(*) FROM rfm_profile
     WHERE scheme_id = %(scheme)s AND segment_id IS NOT NULL
       AND (%(all)s OR segment_id = ANY(%(segments)s))
     GROUP BY GROUPING SETS ((), (segment_id))
"""


class RfmExperiment(models.Model):
    _name = "rfm.experiment"
    _inherit = ["rfm.experiment"]

    outlook = fields.Json(
        readonly=True, copy=False, help="What was found before the start."
    )
    outlook_text = fields.Char(compute="_compute_outlook", string="What Can Be Seen")
    outlook_html = fields.Html(compute="_compute_outlook", sanitize=False)

    def write(self, vals):
        """What was looked up for other settings does not count for the new ones."""
        stale = not SETTLED.isdisjoint(vals)
        result = super().write(vals)
        if stale:
            self.sudo().outlook = False
        return result

    # === LOOKED UP === #

    def action_look(self):
        """Find out which lift can be seen.

        :raise AccessError: the user is no Mindbox manager of the company
        :raise UserError: it has begun
        """
        self.ensure_one()
        self.check_access("write")
        self._check_draft()
        experiment = self.sudo()
        experiment.outlook = experiment._look()
        return True

    def _look(self, today=None):
        """Return what can be seen, as JSON."""
        today = today or self.scheme_id._get_today()
        now = dict(self.env.execute_query(SQL(NOW, **self._get_asked())))
        spreads = {
            times * self.days: self._get_spread(today, times * self.days)
            for times in TIMES
        }
        return {
            "date": fields.Date.to_string(today),
            "customers": now.get(None, 0),
            "rows": [
                self._get_row(segment_id, now[segment_id], spreads)
                for segment_id in sorted(now, key=lambda key: key or 0)
            ],
        }

    def _get_asked(self):
        return {
            "scheme": self.scheme_id.id,
            "all": not self.segment_ids,
            "segments": self.segment_ids.ids,
        }

    def _get_spread(self, today, days):
        """Return {segment ID: (customers, mean, variance)} of the last so many days."""
        scheme = as_system(self.scheme_id)
        start = today - timedelta(days=days)
        self.env.flush_all()
        customers = SQL(
            CUSTOMERS,
            value=self._get_known_value(),
            before=self._get_known_value("before_"),
            past=load_past(scheme, start),
            since=Window(scheme, start + timedelta(days=1), today).by_customer,
            earlier=Window(
                scheme, start - timedelta(days=days), start - timedelta(days=1)
            ).by_customer,
            **self._get_asked(),
        )
        spread = SQL(SPREAD, adjusted=get_adjusted(self, customers))
        with planned(self.env.cr, WHOLE_TABLES):
            rows = self.env.execute_query(spread)
        return {segment_id: row for segment_id, *row in rows}

    def _get_known_value(self, prefix=""):
        """Return the value of a customer who may have bought nothing."""
        return SQL("COALESCE(%s, 0)", get_value(self.metric, prefix))

    def _get_row(self, segment_id, customers, spreads):
        """Return what can be seen in a segment: {days: {share: lift}}."""
        shares = sorted({self.share, *SHARES})
        seen = {}
        for days, spread in spreads.items():
            _count, mean, variance = spread.get(segment_id) or (0, 0, 0)
            seen[days] = {
                share: find_detectable(
                    mean or 0,
                    variance or 0,
                    customers - customers * share // 100,
                    customers * share // 100,
                )
                for share in shares
            }
        return {"segment": segment_id, "customers": customers, "lifts": seen}

    # === IN WORDS === #

    @api.depends("outlook")
    @api.depends_context("lang")
    def _compute_outlook(self):
        for experiment in self:
            outlook = experiment.outlook
            experiment.outlook_text = experiment._describe() if outlook else ""
            experiment.outlook_html = (
                self.env["ir.qweb"]._render(
                    "mindbox_rfm.experiment_outlook", experiment._get_outlook_values()
                )
                if outlook
                else ""
            )

    def _describe(self):
        """Return in a sentence what the chosen settings let one see."""
        row = self.outlook["rows"][0] if self.outlook["rows"] else {"customers": 0}
        if row["customers"] * self.share // 100 < LEAST:
            return self.env._(
                "%(share)s %% of %(customers)s customers are too few: a group of less "
                "than %(least)s says nothing.",
                share=self.share,
                customers=row["customers"],
                least=LEAST,
            )
        lift = row["lifts"][str(self.days)][str(self.share)]
        if lift is None:
            return self.env._(
                "In the last %(days)s days nobody like these has ordered: no lift can "
                "be seen.",
                days=self.days,
            )
        return self.env._(
            "With %(share)s %% of %(customers)s customers left out, a lift of %(lift)s "
            "can be seen in %(days)s days.",
            share=self.share,
            customers=row["customers"],
            lift=_in_percent(lift),
            days=self.days,
        )

    def _get_outlook_values(self):
        segments = self.env["rfm.segment"]
        names = {segment.id: segment.name for segment in self.scheme_id.segment_ids}
        rows = self.outlook["rows"]
        columns = [
            (days, share)
            for days, shares in (rows[0]["lifts"] if rows else {}).items()
            for share in shares
        ]
        return {
            "date": format_date(segments.env, self.outlook["date"]),
            "columns": columns,
            "rows": [
                (
                    names.get(row["segment"]) or self.env._("All"),
                    row["customers"],
                    [_in_percent(row["lifts"][days][share]) for days, share in columns],
                )
                for row in rows
            ],
        }


def _in_percent(lift):
    return "–" if lift is None else f"{100 * lift:.1f} %"
