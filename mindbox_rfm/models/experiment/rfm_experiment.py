# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# What cannot be changed any more once customers are told apart by it.
SETTLED = frozenset(
    "scheme_id segment_ids share seed days metric use_covariate".split()
)
MAX_SEED = 999_999
MAX_DAYS = 730


class RfmExperiment(models.Model):
    """A share of the customers is left out, to see what the others bring more."""

    _name = "rfm.experiment"
    _description = "RFM Experiment"
    _inherit = ["mindbox.owned", "mail.thread"]
    _order = "id desc"

    name = fields.Char(required=True)
    scheme_id = fields.Many2one(
        "rfm.scheme",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self._default_scheme(),
        help="Whose segments the customers are in at the start. What an order and an "
        "amount are is as this scheme counts them.",
    )
    company_id = fields.Many2one(related="scheme_id.company_id", store=True)
    currency_id = fields.Many2one(related="scheme_id.currency_id")
    segment_ids = fields.Many2many(
        "rfm.segment",
        string="Segments",
        help="Only customers who are in these segments at the start take part; leave "
        "empty for all.",
    )
    share = fields.Integer(
        string="Left Out (%)",
        required=True,
        default=10,
        help="The share of the control group: these customers go without what the "
        "others get.",
    )
    seed = fields.Integer(
        required=True,
        default=lambda self: random.randint(1, MAX_SEED),
        copy=False,
        aggregator=False,
        help="Who is in which group follows from this number and the customer's ID.",
    )
    days = fields.Integer(
        required=True,
        default=30,
        help="How long orders are counted, from the day after the start on.",
    )
    metric = fields.Selection(
        [
            ("conversion", "Customers who order"),
            ("revenue", "Revenue per customer"),
            ("orders", "Orders per customer"),
        ],
        required=True,
        default="conversion",
        help="What both groups are compared by. Revenue is net: returns and credit "
        "notes are taken off on the day they happen.",
    )
    use_covariate = fields.Boolean(
        string="Correct by the Time Before",
        default=True,
        help="What customers did in as many days before the start explains part of the "
        "differences between them. Taking that out shows smaller lifts.",
    )
    note = fields.Text(
        string="What the Test Group Gets",
        help="For whoever reads the result later.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Running"),
            ("done", "Done"),
            ("stopped", "Stopped"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    start_date = fields.Date(
        string="First Day", readonly=True, copy=False, help="Orders count from here on."
    )
    end_date = fields.Date(string="Last Day", readonly=True, copy=False)
    line_ids = fields.One2many(
        "rfm.experiment.line",
        "experiment_id",
        readonly=True,
        copy=False,
        groups="mindbox_connector.group_mindbox_user",
    )

    _share_check = models.Constraint(
        "CHECK(share BETWEEN 1 AND 50)", "Between 1 % and 50 % are left out."
    )
    _days_check = models.Constraint(
        f"CHECK(days BETWEEN 1 AND {MAX_DAYS})",
        "An experiment lasts a day at least and two years at most.",
    )

    @api.model
    def _default_scheme(self):
        return self.env["rfm.scheme"]._get_active_id(self.env.company.id)

    @api.constrains("scheme_id", "segment_ids")
    def _check_segments(self):
        for experiment in self:
            foreign = experiment.segment_ids.scheme_id - experiment.scheme_id
            if foreign:
                raise UserError(self.env._("The segments must be those of the scheme."))

    # === LIFE === #

    def write(self, vals):
        """Refuse to change what customers were told apart by.

        :raise UserError: the experiment is no draft any more
        """
        if not SETTLED.isdisjoint(vals):
            self._check_draft()
        return super().write(vals)

    def _check_draft(self):
        if begun := self.filtered(lambda experiment: experiment.state != "draft"):
            raise UserError(
                self.env._(
                    "“%s” has begun: what decides who is in which group, and what they "
                    "are compared by, stays as it is.",
                    begun[0].name,
                )
            )

    def _is_at_work(self):
        return self.state == "running"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if self.filtered(lambda experiment: experiment.state == "running"):
            raise UserError(self.env._("This experiment is running. Stop it first."))

    def action_start(self):
        """Tell customers apart, from this moment until the last day is over.

        :raise AccessError: the user is no Mindbox manager of the company
        :raise UserError: there is nobody to tell apart, or it has begun
        """
        self.check_access("write")
        for experiment in self:
            experiment.sudo()._start()
        return True

    def _start(self, today=None):
        self.ensure_one()
        self._check_draft()
        if self.scheme_id.state != "active" or not self.scheme_id.last_run_id:
            raise UserError(
                self.env._(
                    "Activate the scheme and let it compute first: its segments decide "
                    "who takes part."
                )
            )
        today = today or self.scheme_id._get_today()
        self.env["rfm.experiment.member"]._enrol(self)
        if not self.member_ids:
            raise UserError(self.env._("Nobody is in these segments."))
        self.write(
            {
                "state": "running",
                "start_date": today + timedelta(days=1),
                "end_date": today + timedelta(days=self.days),
            }
        )
        # The day of the start itself belongs to neither time: they may have been told.
        before = today - timedelta(days=self.days)
        members = self.env["rfm.experiment.member"]
        members._measure(self, before, today - timedelta(days=1), "before_")
        self._on_membership()

    def action_stop(self):
        """End before the last day is over; there is no result then.

        :raise AccessError: the user is no Mindbox manager of the company
        """
        self.check_access("write")
        running = self.filtered(lambda experiment: experiment.state == "running")
        for experiment in running.sudo():
            experiment._report()
            experiment._finish("stopped")
        return True

    def _finish(self, state):
        self.state = state
        self._on_membership()

    def _on_membership(self):
        """Hook: who is in which group has changed, or counts no more."""
