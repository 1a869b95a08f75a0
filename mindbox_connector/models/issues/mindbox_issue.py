# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A cause of refusals, Mindbox's or our own: one record, however many the rows."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Days for which what is over is kept.
KEPT_DAYS = 365


class MindboxIssue(models.Model):
    _name = "mindbox.issue"
    _description = "Mindbox Issue"
    _inherit = ["mindbox.guarded", "mindbox.reasoned"]
    _order = "last_seen desc, id desc"

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="endpoint_id.company_id")
    reason_code = fields.Selection(required=True)
    operation_name = fields.Char(string="Operation", readonly=True)
    place = fields.Char(
        string="Field",
        readonly=True,
        help="Which part of the body it is about, as Mindbox calls it.",
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("resolved", "Resolved"),
            ("ignored", "Ignored"),
        ],
        required=True,
        readonly=True,
        default="open",
        help="Open: somebody has to act. Resolved: nothing of it is left, or somebody "
        "says so; it opens again when it comes again. Ignored: it stays closed.",
    )
    first_seen = fields.Datetime(readonly=True)
    last_seen = fields.Datetime(readonly=True)
    reopened = fields.Integer(
        string="Came Again",
        readonly=True,
        help="How many times it has come again after it was resolved.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Assigned to",
        domain=[("share", "=", False)],
    )
    note = fields.Text()
    request_count = fields.Integer(string="Requests", compute="_compute_counts")
    customer_count = fields.Integer(string="Customers", compute="_compute_counts")

    _cause_uniq = models.UniqueIndex(
        "(endpoint_id, reason_code, COALESCE(operation_name, ''), COALESCE(place, ''))"
    )

    @api.depends("reason_code", "operation_name", "place")
    def _compute_display_name(self):
        labels = dict(self.env["mindbox.reason"]._get_selection())
        for issue in self:
            label = labels.get(issue.reason_code, issue.reason_code or "")
            parts = [label.rstrip("."), issue.operation_name, issue.place]
            issue.display_name = " · ".join(filter(None, parts))

    def _compute_counts(self):
        self.env["mindbox.request"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT issue_id, count(*), count(DISTINCT partner_id)
                  FROM mindbox_request
                 WHERE state = 'rejected' AND issue_id = ANY(%s) GROUP BY issue_id
                """,
                self.ids,
            )
        )
        counts = {issue_id: numbers for issue_id, *numbers in rows}
        for issue in self:
            numbers = counts.get(issue._origin.id, (0, 0))
            issue.request_count, issue.customer_count = numbers

    # === BUTTONS === #

    def action_resolve(self):
        """Close it: it opens again when it comes again.

        :raise AccessError: the user is no Mindbox manager
        """
        return self._close("resolved")

    def action_ignore(self):
        """Close it for good, whatever comes.

        :raise AccessError: the user is no Mindbox manager
        """
        return self._close("ignored")

    def action_reopen(self):
        """Open it again.

        :raise AccessError: the user is no Mindbox manager
        """
        return self._close("open")

    def _close(self, state):
        self.check_access("write")
        # Its state is written by buttons only.
        self.sudo().state = state
        return True

    def action_view_requests(self):
        """Open the requests that are refused for this cause."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_request_action"
        )
        domain = [("issue_id", "in", self.ids), ("state", "=", "rejected")]
        return action | {"domain": domain, "context": {}}

    @api.model
    def action_open_issues(self):
        """Open the list, with what was refused until now."""
        self.check_access("read")
        self.sudo()._gather()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_issue_action"
        )

    @api.autovacuum
    def _gc_issues(self):
        """Forget what has been over for a year."""
        old = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        domain = [("state", "=", "resolved"), ("last_seen", "<", old)]
        self.search(domain, limit=10_000).unlink()
