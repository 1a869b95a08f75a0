# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class RfmRun(models.Model):
    """The log of one run over all customers."""

    _name = "rfm.run"
    _description = "RFM Run"
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
    cut_points = fields.Json(readonly=True, help="{axis: thresholds}")
    cut_text = fields.Text(compute="_compute_cut_text", string="Thresholds")
    cells = fields.Json(readonly=True, help="{cell: customers}")
    facts = fields.Json(readonly=True, help="What the facts were counted with.")
    warnings = fields.Text(compute="_compute_warnings")
    error = fields.Text(readonly=True)
    line_ids = fields.One2many("rfm.run.line", "run_id", readonly=True)

    @api.depends("state", "started_at")
    def _compute_progress(self):
        for run in self:
            run.progress = {"queued": 0, "done": 100}.get(run.state)
            if run.state == "running":
                elapsed = (fields.Datetime.now() - run.started_at).total_seconds()
                expected = run._get_previous().duration or 10
                run.progress = min(99, round(100 * elapsed / expected))

    @api.depends("facts")
    @api.depends_context("lang")
    def _compute_warnings(self):
        for run in self:
            facts = run.facts or {}
            relative = facts.get("method") != "fixed" and "buyers" in facts
            thin = {name: facts.get(name) for name in ("buyers", "one_time", "days")}
            lines = run.scheme_id._get_warnings(**thin) if relative else ()
            run.warnings = "\n".join(lines)

    @api.depends("cut_points")
    @api.depends_context("lang")
    def _compute_cut_text(self):
        for run in self:
            texts = run.scheme_id._describe_cuts(run.cut_points or EMPTY)
            run.cut_text = "\n".join(
                "  ".join(
                    f"{axis.upper()}{score}: {text}"
                    for score, text in enumerate(bands, 1)
                )
                for axis, bands in texts.items()
                if run.cut_points
            )

    def action_view_transitions(self):
        """Open the customers who moved in this run."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_rfm.rfm_transition_action"
        )
        return action | {"domain": [("run_id", "=", self.id)], "context": {}}

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


EMPTY = {"r": [], "f": [], "m": []}


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
