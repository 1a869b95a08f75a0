# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Does Mindbox know what it should? Counts, sums and differences, night by night."""

from datetime import timedelta

from odoo import api, fields, models

from ...reasons import Reason

KEPT_DAYS = 30
# The kinds with totals on the form of a run; of all there are days.
TOTALS = ("customers", "orders", "cards")


class MindboxReconciliation(models.Model):
    """One comparison of Odoo with what Mindbox has accepted."""

    _name = "mindbox.reconciliation"
    _description = "Mindbox Reconciliation"
    _inherit = ["mindbox.reasoned"]
    _order = "id desc"
    _rec_name = "endpoint_id"

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="endpoint_id.company_id")
    currency_id = fields.Many2one(related="endpoint_id.currency_id")
    state = fields.Selection(
        [("queued", "In the queue"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="queued",
    )
    started_at = fields.Datetime(readonly=True)
    finished_at = fields.Datetime(readonly=True)
    difference_count = fields.Integer(
        string="To Mend",
        readonly=True,
        help="Differences for which somebody has to do something.",
    )
    waiting_count = fields.Integer(
        string="On Their Way",
        readonly=True,
        help="Differences that end by themselves: the request waits.",
    )
    read_count = fields.Integer(
        string="Read Back",
        readonly=True,
        help="So many records were read from Mindbox and compared field by field.",
    )
    read_reason_code = fields.Selection(
        lambda self: self.env["mindbox.reason"]._get_selection(),
        string="Kind of Reading Failure",
        readonly=True,
    )
    read_reason_details = fields.Json(readonly=True)
    read_note = fields.Char(string="Reading", compute="_compute_read_note")
    day_ids = fields.One2many("mindbox.reconciliation.day", "run_id", readonly=True)

    customers_expected = fields.Integer(compute="_compute_totals", string="Customers")
    customers_told = fields.Integer(compute="_compute_totals")
    orders_expected = fields.Integer(compute="_compute_totals", string="Orders")
    orders_told = fields.Integer(compute="_compute_totals")
    orders_amount = fields.Monetary(compute="_compute_totals", string="Order Total")
    orders_told_amount = fields.Monetary(compute="_compute_totals")
    cards_expected = fields.Integer(compute="_compute_totals", string="Cards")
    cards_told = fields.Integer(compute="_compute_totals")
    cards_amount = fields.Float(
        compute="_compute_totals", string="Balances", digits=(16, 2)
    )
    cards_told_amount = fields.Float(compute="_compute_totals", digits=(16, 2))

    @api.depends("day_ids")
    def _compute_totals(self):
        groups = self.env["mindbox.reconciliation.day"]._read_group(
            [("run_id", "in", self.ids)],
            ["run_id", "kind"],
            ["expected:sum", "told:sum", "amount:sum", "told_amount:sum"],
        )
        totals = {(run.id, kind): sums for run, kind, *sums in groups}
        for run in self:
            for kind in TOTALS:
                sums = totals.get((run.id, kind), (0, 0, 0, 0))
                run[f"{kind}_expected"], run[f"{kind}_told"] = sums[:2]
                if kind != "customers":
                    run[f"{kind}_amount"], run[f"{kind}_told_amount"] = sums[2:]

    @api.depends_context("lang")
    @api.depends("read_reason_code", "read_reason_details")
    def _compute_read_note(self):
        say = self.env["mindbox.reason"]._say
        for run in self:
            run.read_note = say(run.read_reason_code, run.read_reason_details)

    # === COMPARING === #

    def _compare(self):
        """Compare and write down days and differences, all in one snapshot."""
        self.ensure_one()
        self.started_at = fields.Datetime.now()
        _nothing, error = self.endpoint_id._guard(self, self._find_and_record)
        if error:
            # The text of an exception may hold personal data: only its kind is kept.
            reason = Reason("comparison_fault", {"kind": type(error).__name__})
            self.write({"state": "failed", **reason.get_values()})
            return
        self._count_differences()
        self.write({"state": "done", "finished_at": fields.Datetime.now()})

    def _find_and_record(self):
        self._fill_comparison()
        self._write_days()
        self._write_differences()
        self.env.cr.execute("DROP TABLE mindbox_comparison")

    # === BUTTONS === #

    def action_view_differences(self):
        """Open what differs now."""
        return self.endpoint_id.action_view_differences()

    def action_view_days(self):
        """Open the days of this run."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_reconciliation_day_action"
        )
        return action | {"domain": [("run_id", "in", self.ids)]}

    # === RETENTION === #

    @api.autovacuum
    def _gc_runs(self):
        """Remove runs and ticked off differences of long ago."""
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.search([("create_date", "<", limit)]).unlink()
        settled = [("state", "=", "resolved"), ("seen_at", "<", limit)]
        self.env["mindbox.difference"].search(settled).unlink()
