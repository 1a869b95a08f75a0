# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

# p-values below this are no chance.
SIGNIFICANT = 0.05


class RfmExperimentLine(models.Model):
    """The two groups beside each other: of all who take part, or of a segment."""

    _name = "rfm.experiment.line"
    _description = "Result of an Experiment"
    _log_access = False
    _order = "experiment_id desc, id"

    experiment_id = fields.Many2one(
        "rfm.experiment", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="experiment_id.company_id")
    segment_id = fields.Many2one(
        "rfm.segment", readonly=True, ondelete="cascade", help="Empty for all of them."
    )
    name = fields.Char(compute="_compute_name", string="Segment of the Start")
    test_count = fields.Integer(string="Test", readonly=True)
    control_count = fields.Integer(string="Control", readonly=True)
    test_value = fields.Float(
        string="Per Customer: Test", readonly=True, aggregator=False
    )
    control_value = fields.Float(
        string="Per Customer: Control", readonly=True, aggregator=False
    )
    is_enough = fields.Boolean(
        readonly=True, help="Whether both groups are large enough to say anything."
    )
    difference = fields.Float(
        readonly=True,
        aggregator=False,
        help="How much more a customer of the test group is worth, corrected by "
        "segment and value and by the time before; large amounts are capped.",
    )
    difference_low = fields.Float(string="From", readonly=True, aggregator=False)
    difference_high = fields.Float(string="To", readonly=True, aggregator=False)
    lift = fields.Float(
        readonly=True,
        aggregator=False,
        help="The difference as a share of what a customer of the control group is "
        "worth.",
    )
    lift_low = fields.Float(string="Lift From", readonly=True, aggregator=False)
    lift_high = fields.Float(string="Lift To", readonly=True, aggregator=False)
    p_value = fields.Float(
        string="p",
        readonly=True,
        aggregator=False,
        help="How often chance alone makes so large a difference.",
    )
    corrected_p_value = fields.Float(
        string="p (Holm)",
        readonly=True,
        aggregator=False,
        help="Corrected for how many segments are looked at.",
    )
    verdict = fields.Selection(
        [
            ("open", "Not over yet"),
            ("broken", "Groups are broken"),
            ("few", "Too few customers"),
            ("better", "Test is better"),
            ("worse", "Test is worse"),
            ("none", "No difference shown"),
        ],
        compute="_compute_verdict",
    )

    @api.depends("segment_id")
    @api.depends_context("lang")
    def _compute_name(self):
        for line in self:
            line.name = line.segment_id.name or self.env._("All")

    @api.depends("experiment_id.state", "experiment_id.ratio_p_value", "is_enough")
    def _compute_verdict(self):
        for line in self:
            line.verdict = line._judge()

    def _judge(self):
        """Return what may be said: nothing before the end, nor of broken groups."""
        if self.experiment_id.state != "done":
            return "open"
        if self.experiment_id.is_broken:
            return "broken"
        if not self.is_enough:
            return "few"
        if self.corrected_p_value >= SIGNIFICANT:
            return "none"
        return "better" if self.difference > 0 else "worse"
