# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the test group brings more: measured daily, judged at the end."""

from collections import defaultdict

from odoo import Command, api, fields, models
from odoo.tools import SQL, format_date

from ..run.customers import find_erased
from .adjusted import get_adjusted, get_value
from .figures import BROKEN, BUCKETS, Group, check_ratio, correct, estimate

MEMBERS = """
    SELECT arm, segment_id, stratum, place, id, %(value)s AS value, %(before)s AS before
      FROM rfm_experiment_member WHERE experiment_id = %(experiment)s
"""
# Customers by group and bucket, of everybody and of each segment.
BY_BUCKET = """
    WITH adjusted AS MATERIALIZED (%(adjusted)s)
    SELECT NULL::int AS segment_id, arm, bucket, count(*), sum(residual),
           sum(counted), sum(value)
      FROM (
          SELECT *, (row_number() OVER (PARTITION BY arm ORDER BY place, id) - 1)
                    %% %(buckets)s AS bucket
            FROM adjusted
      ) customer GROUP BY arm, bucket
     UNION ALL
    SELECT segment_id, arm, bucket, count(*), sum(residual), sum(counted), sum(value)
      FROM (
          SELECT *, (row_number() OVER (
                        PARTITION BY segment_id, arm ORDER BY place, id) - 1)
                    %% %(buckets)s AS bucket
            FROM adjusted
      ) customer GROUP BY segment_id, arm, bucket
     ORDER BY segment_id NULLS FIRST, arm, bucket
"""


class RfmExperiment(models.Model):
    _name = "rfm.experiment"
    _inherit = ["rfm.experiment"]

    measured_until = fields.Date(
        readonly=True, copy=False, help="The last day whose orders are in the figures."
    )
    ratio_p_value = fields.Float(
        string="Sample Ratio: p",
        readonly=True,
        copy=False,
        aggregator=False,
        help="How often chance alone makes the sizes of the groups differ so much from "
        "the plan.",
    )
    is_broken = fields.Boolean(
        compute="_compute_is_broken",
        help="The groups have not the sizes that they were given: customers are "
        "missing from one of them, and whoever is left cannot be compared.",
    )
    headline = fields.Char(compute="_compute_headline", compute_sudo=True)

    @api.depends("ratio_p_value", "measured_until")
    def _compute_is_broken(self):
        for experiment in self:
            ratio = experiment.ratio_p_value
            experiment.is_broken = bool(experiment.measured_until) and ratio < BROKEN

    @api.depends("state", "end_date", "line_ids.verdict", "is_broken")
    @api.depends_context("lang")
    def _compute_headline(self):
        for experiment in self:
            experiment.headline = experiment._get_headline()

    def _get_headline(self):
        """Return in a sentence where the experiment stands."""
        if self.state == "draft":
            return ""
        if self.is_broken:
            return self.env._(
                "The groups have not the sizes that they were given: no result."
            )
        if self.state == "stopped":
            return self.env._("Stopped before its last day: no result.")
        if self.state == "running":
            return self.env._(
                "Until %s the figures come and go: nobody has won yet.",
                format_date(self.env, self.end_date),
            )
        verdicts = self.line_ids._fields["verdict"]._description_selection(self.env)
        whole = self.line_ids.filtered(lambda line: not line.segment_id)
        return dict(verdicts).get(whole.verdict, "")

    # === MEASURED === #

    def action_measure(self):
        """Count again what both groups have bought until now.

        :raise AccessError: the user is no Mindbox manager of the company
        """
        self.check_access("write")
        for experiment in self.filtered(lambda e: e.state == "running").sudo():
            experiment._measure()
        return True

    def _measure(self, today=None):
        """Measure; with the last day over, that is the result."""
        self.ensure_one()
        today = today or self.scheme_id._get_today()
        if self.state != "running" or today < self.start_date:
            return
        until = min(today, self.end_date)
        members = self.env["rfm.experiment.member"]
        # Who was erased while members were looked for is one of them.
        erased = find_erased(self.scheme_id.sudo())
        members._let_go(self.env["res.partner"].browse(erased))
        members._measure(self, self.start_date, until)
        self.measured_until = until
        self._report()
        if today > self.end_date:
            self._finish("done")

    def _report(self):
        """Write the figures of what is known of the members."""
        groups, levels, values = self._add_up()
        sizes = {arm: group.size for arm, group in groups.get(None, {}).items()}
        test, control = sizes.get("test", 0), sizes.get("control", 0)
        self.ratio_p_value = check_ratio(test, control, self.share / 100)
        lines = [
            self._get_figures(segment_id, groups[segment_id], levels, values)
            for segment_id in groups
        ]
        tested = [line for line in lines if line["segment_id"] and line["is_enough"]]
        p_values = correct([line["p_value"] for line in tested])
        for line, p_value in zip(tested, p_values, strict=True):
            line["corrected_p_value"] = p_value
        self.line_ids = [Command.clear(), *map(Command.create, lines)]

    def _add_up(self):
        """Return the groups of each segment, None for all: buckets, levels, means.

        :return: {segment ID: {arm: :class:`~.figures.Group`}}, {segment ID: mean of
            what counts}, {(segment ID, arm): mean of the values as they are}
        """
        groups = defaultdict(lambda: defaultdict(lambda: Group([], [])))
        counted, totals = defaultdict(float), defaultdict(float)
        self.env.flush_all()
        for (
            segment_id,
            arm,
            _bucket,
            count,
            residual,
            capped,
            value,
        ) in self.env.execute_query(self._get_buckets()):
            group = groups[segment_id][arm]
            group.counts.append(count)
            group.sums.append(residual)
            counted[segment_id] += capped
            totals[segment_id, arm] += value
        levels = {
            segment_id: counted[segment_id] / sum(group.size for group in arms.values())
            for segment_id, arms in groups.items()
        }
        means = {
            (segment_id, arm): total / groups[segment_id][arm].size
            for (segment_id, arm), total in totals.items()
        }
        return groups, levels, means

    def _get_buckets(self):
        members = SQL(
            MEMBERS,
            value=get_value(self.metric),
            before=get_value(self.metric, "before_"),
            experiment=self.id,
        )
        adjusted = get_adjusted(self, members)
        return SQL(BY_BUCKET, adjusted=adjusted, buckets=BUCKETS)

    def _get_figures(self, segment_id, arms, levels, values):
        """Return the values of a line."""
        test, control = (arms.get(arm) or Group([], []) for arm in ("test", "control"))
        found = estimate(test, control, levels[segment_id])
        line = {
            "segment_id": segment_id,
            "test_count": test.size,
            "control_count": control.size,
            "test_value": values.get((segment_id, "test"), 0),
            "control_value": values.get((segment_id, "control"), 0),
            "is_enough": bool(found),
        }
        if not found:
            return line
        return line | {
            "difference": found.difference,
            "difference_low": found.low,
            "difference_high": found.high,
            "lift": found.lift,
            "lift_low": found.lift_low,
            "lift_high": found.lift_high,
            "p_value": found.p_value,
            "corrected_p_value": found.p_value,
        }
