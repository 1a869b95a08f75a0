# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.mindbox_connector.reasons import Reason

from ..scheme.thresholds import describe_cuts

# Below so many customers who have ordered, equal shares say little.
THIN_CUSTOMERS = 500
# Days; where the orders go back less far, R means little.
THIN_DAYS = 180
# Since when something may be written that a transaction which begins now does not see:
# who writes at this moment has begun earlier and stamps it so.
HORIZON = """
    SELECT min(COALESCE(xact_start, now())) AT TIME ZONE 'UTC'
      FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend'
"""
# The share of one-time customers above which F hardly tells them apart.
THIN_ONE_TIME = 0.9


class RfmRun(models.Model):
    """The log of one run over all customers."""

    _name = "rfm.run"
    _description = "RFM Run"
    _inherit = ["mindbox.reasoned"]
    _order = "id desc"
    _rec_name = "started_at"

    scheme_id = fields.Many2one(
        "rfm.scheme", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="scheme_id.company_id", store=True)
    date = fields.Date(readonly=True, help="The day up to which orders count.")
    started_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    finished_at = fields.Datetime(readonly=True)
    duration = fields.Float(string="Seconds", readonly=True, digits=(16, 1))
    progress = fields.Integer(
        compute="_compute_progress",
        help="Estimated by how long the run before took.",
    )
    state = fields.Selection(
        [
            ("queued", "Queued"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        default="queued",
    )
    customers = fields.Integer(readonly=True)
    written = fields.Integer(
        string="Profiles Written",
        readonly=True,
        help="Rows of which anything changed; all others were left alone.",
    )
    changed = fields.Integer(
        string="Segments Changed", readonly=True, help="Customers who moved."
    )
    scope = fields.Selection(
        [("all", "All customers"), ("touched", "What has changed")],
        string="Counted Anew",
        readonly=True,
        default="all",
        help="Whose orders were added up: everybody's, or those of customers with whom "
        "something has changed since the run before.",
    )
    seen_until = fields.Datetime(
        readonly=True,
        help="What was written from this moment on is for the next run.",
    )
    touched = fields.Integer(
        string="Contacts Touched",
        readonly=True,
        help="Contacts with whom something has changed since the run before, with "
        "their companies.",
    )
    missed = fields.Integer(
        string="Profiles Missed",
        readonly=True,
        help="Profiles that a run over all customers has corrected, though nothing "
        "told of a change.",
    )
    cut_points = fields.Json(readonly=True, help="{axis: thresholds}")
    cut_text = fields.Text(compute="_compute_cut_text", string="Thresholds")
    cells = fields.Json(readonly=True, help="{cell: customers}")
    facts = fields.Json(readonly=True, help="What the facts were counted with.")
    warnings = fields.Text(compute="_compute_warnings")
    line_ids = fields.One2many("rfm.run.line", "run_id", readonly=True)

    @api.depends("state", "started_at")
    def _compute_progress(self):
        for run in self:
            run.progress = {"queued": 0, "done": 100}.get(run.state)
            if run.state == "running":
                elapsed = (fields.Datetime.now() - run.started_at).total_seconds()
                expected = run._get_previous().duration or 10
                run.progress = min(99, round(100 * elapsed / expected))

    @api.depends("cut_points")
    @api.depends_context("lang")
    def _compute_cut_text(self):
        for run in self:
            cuts = run.cut_points
            texts = describe_cuts(self.env, cuts) if cuts else {}
            run.cut_text = "\n".join(
                "  ".join(
                    f"{axis.upper()}{score}: {text}"
                    for score, text in enumerate(bands, 1)
                )
                for axis, bands in texts.items()
            )

    @api.depends("facts", "missed")
    @api.depends_context("lang")
    def _compute_warnings(self):
        for run in self:
            facts = run.facts or {}
            relative = facts.get("method") != "fixed" and "buyers" in facts
            thin = {name: facts.get(name) for name in ("buyers", "one_time", "days")}
            warnings = list(run._get_warnings(**thin) if relative else ())
            if run.missed:
                warnings.append(run._describe_missed())
            run.warnings = "\n".join(warnings)

    def _describe_missed(self):
        return self.env._(
            "Counting everybody has corrected %s profiles that the runs since the last "
            "such run had left as they were. Something writes to orders or contacts "
            "past Odoo: let the scheme count everybody each day.",
            self.missed,
        )

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

    # === LIFE === #

    def _start(self):
        """Say that the run is at work, and of those at work that they were killed."""
        running = [("scheme_id", "=", self.scheme_id.id), ("state", "=", "running")]
        (self.search(running) - self).write(
            {"state": "failed", **Reason("run_interrupted").get_values()}
        )
        self.write({"state": "running", "started_at": fields.Datetime.now()})
        self.seen_until = False
        self._note_horizon()

    def _note_horizon(self):
        """Note what this run may not see yet; once, before it looks at anything."""
        if not self.seen_until:
            [(moment,)] = self.env.execute_query(SQL(HORIZON))
            self.seen_until = moment.replace(microsecond=0)

    def _get_seen_until(self):
        """Return since when something may be written that the run has not seen."""
        # Runs of an earlier version have not noted it.
        return self.seen_until or self.started_at

    def _fail(self, error):
        """Say why the run failed, whatever becomes of its transaction."""
        # The text of an exception may hold personal data: only its kind is kept.
        fault = Reason("run_fault", {"kind": type(error).__name__})
        reason = getattr(error, "reason", fault)
        with self.env.registry.cursor() as cr:
            run = self.with_env(self.env(cr=cr))
            run.write(
                {
                    "state": "failed",
                    **reason.get_values(),
                    "finished_at": fields.Datetime.now(),
                }
            )
            run._on_failure()

    def _on_failure(self):
        """Hook: the segments stay as they were, and somebody should know why."""

    # === IN WORDS === #

    def action_view_transitions(self):
        """Open the customers who moved in this run."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_rfm.rfm_transition_action"
        )
        return action | {"domain": [("run_id", "=", self.id)], "context": {}}

    def _get_info(self):
        """Return what the pictures show of the run."""
        return {
            "id": self.id,
            "date": fields.Date.to_string(self.date),
            "customers": self.customers,
            "changed": self.changed,
            "warnings": self.warnings or "",
        }

    def _get_previous(self):
        """Return the run before this one."""
        return self.search(
            [
                ("scheme_id", "=", self.scheme_id.id),
                ("state", "=", "done"),
                ("id", "<", self.id),
            ],
            limit=1,
        )


class RfmRunLine(models.Model):
    """How large a segment was after a run."""

    _name = "rfm.run.line"
    _description = "RFM Segment Size"
    _log_access = False
    _order = "run_id desc, id"

    run_id = fields.Many2one(
        "rfm.run", required=True, readonly=True, index=True, ondelete="cascade"
    )
    segment_id = fields.Many2one("rfm.segment", readonly=True, ondelete="cascade")
    customers = fields.Integer(readonly=True)
    orders = fields.Integer(readonly=True)
    revenue = fields.Float(readonly=True)
    median_last_order = fields.Date(readonly=True)

    def _get_card(self, before, date):
        """Return the numbers on the card of a segment, all 0 where it has no line.

        :param before: the line of the run before, None where there is none
        :param date: the day of the run
        """
        median = self.median_last_order
        return {
            "customers": self.customers,
            "orders": self.orders,
            "revenue": self.revenue,
            "average": self.orders and self.revenue / self.orders,
            "median_days": (date - median).days if median else False,
            "change": self.customers - before.customers if before else False,
        }
