# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Mindbox does not know, or knows otherwise: why, and what mends it."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_amount, formatLang

from ..outbox.mindbox_ledger import say_state

# These end by themselves, or by somebody who works off another list.
NO_ATTENTION = ("waits", "skipped", "erased")
# What only reading from Mindbox shows.
READ_PROBLEMS = ("other", "unseen", "customer")


class MindboxDifference(models.Model):
    _name = "mindbox.difference"
    _description = "Difference between Odoo and Mindbox"
    _inherit = ["mindbox.reasoned"]
    _order = "found_at desc, id desc"
    _rec_name = "res_name"
    _log_access = False

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="endpoint_id.company_id")
    currency_id = fields.Many2one(related="endpoint_id.currency_id")
    run_id = fields.Many2one(
        "mindbox.reconciliation",
        string="Last Comparison",
        readonly=True,
        index=True,
        ondelete="set null",
    )
    kind = fields.Selection(
        lambda self: self.env["mindbox.catalogue"]._get_kind_selection(),
        required=True,
        readonly=True,
    )
    res_id = fields.Integer(
        string="Record ID", required=True, readonly=True, aggregator=None
    )
    res_name = fields.Char(string="Record", compute="_compute_res_name")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, ondelete="set null"
    )
    date = fields.Date(string="Day", readonly=True)
    problem = fields.Selection(
        [
            ("missing", "Not in Mindbox"),
            ("amount", "Another amount"),
            ("state", "Another state"),
            ("data", "Changed since"),
            ("extra", "Only in Mindbox"),
            ("other", "Mindbox shows other values"),
            ("unseen", "Mindbox does not find it"),
            ("customer", "Another customer's in Mindbox"),
        ],
        required=True,
        readonly=True,
    )
    cause = fields.Selection(
        [
            ("before", "Older than the integration"),
            ("unrecorded", "Never recorded"),
            ("lost", "Acknowledged, but not in the ledger"),
            ("rejected", "Rejected"),
            ("skipped", "Skipped by a rule"),
            ("cancelled", "Cancelled"),
            ("waits", "Waits"),
            ("gone", "Gone in Odoo"),
            ("merged", "Merged in Odoo"),
            ("erased", "Erased in Odoo"),
            ("excluded", "Excluded in Odoo"),
            ("read", "Read from Mindbox"),
        ],
        required=True,
        readonly=True,
    )
    reason = fields.Char(
        string="In Words",
        compute="_compute_reason",
        help="What differs, and why.",
    )
    detail = fields.Text(readonly=True)
    amount = fields.Float(string="In Odoo", digits=(16, 2), readonly=True)
    told_amount = fields.Float(string="In Mindbox", digits=(16, 2), readonly=True)
    expected_state = fields.Json(readonly=True)
    told_state = fields.Json(readonly=True)
    reference = fields.Char(readonly=True)
    request_id = fields.Many2one(
        "mindbox.request",
        string="Request",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    state = fields.Selection(
        [("open", "Open"), ("sent", "Sent again"), ("resolved", "Resolved")],
        required=True,
        readonly=True,
        default="open",
        help="The next comparison ticks off what agrees by then.",
    )
    needs_attention = fields.Boolean(
        compute="_compute_needs_attention",
        search="_search_needs_attention",
        help="Somebody has to do something: it does not end by itself.",
    )
    found_at = fields.Datetime(string="Found", readonly=True)
    seen_at = fields.Datetime(string="Last Seen", readonly=True)

    _record_uniq = models.UniqueIndex("(endpoint_id, kind, res_id, problem)")

    # === FOR PEOPLE === #

    @api.depends("kind", "res_id", "reference")
    def _compute_res_name(self):
        for kind, differences in self.grouped("kind").items():
            model = self.env["mindbox.catalogue"]._get_kinds()[kind].model
            records = self.env[model].browse(differences.mapped("res_id"))
            records = records.exists()._filtered_access("read")
            names = {record.id: record.display_name for record in records}
            for difference in differences:
                difference.res_name = names.get(
                    difference.res_id, difference.reference or f"#{difference.res_id}"
                )

    @api.depends("state", "cause")
    def _compute_needs_attention(self):
        for difference in self:
            difference.needs_attention = (
                difference.state == "open" and difference.cause not in NO_ATTENTION
            )

    def _search_needs_attention(self, operator, value):
        if operator != "in":
            return NotImplemented
        wanted = [("state", "=", "open"), ("cause", "not in", NO_ATTENTION)]
        return wanted if True in value else ["!", "&", *wanted]

    @api.depends_context("lang")
    @api.depends(
        "problem",
        "cause",
        "detail",
        "error",
        "amount",
        "told_amount",
        "expected_state",
        "told_state",
    )
    def _compute_reason(self):
        for difference in self:
            parts = (difference._say_problem(), difference._say_cause())
            difference.reason = " ".join(filter(None, parts))

    def _say_problem(self):
        if self.problem == "amount":
            return self.env._(
                "Odoo: %(amount)s, told: %(told)s.",
                amount=self._format(self.amount),
                told=self._format(self.told_amount),
            )
        if self.problem == "state":
            return self.env._(
                "Odoo: %(state)s; told: %(told)s.",
                state=say_state(self.expected_state),
                told=say_state(self.told_state) or "–",
            )
        if self.problem == "data":
            return self.env._("The customer's data have changed since they were told.")
        if self.problem == "other":
            return self.env._("Mindbox shows other values: %s.", self.detail)
        if self.problem == "customer":
            return self.env._(
                "Mindbox has the order as that of another customer: %s.", self.detail
            )
        if self.problem == "unseen":
            return self.error
        return ""

    def _format(self, amount):
        if self.kind == "orders":
            return format_amount(self.env, amount, self.currency_id)
        return formatLang(self.env, amount, digits=2)

    def _say_cause(self):
        """Say why it differs; and where that is not plain, what to do."""
        words = {
            "before": self.env._(
                "Never sent: it was there before the integration point was started. "
                "Send it, or import the history."
            ),
            "unrecorded": self.env._(
                "Never recorded: it was changed past Odoo, or its request was removed."
            ),
            "lost": self.env._(
                "Mindbox has accepted a request, but the ledger knows nothing of it."
            ),
            "rejected": self.env._("Rejected: %s", self.error),
            "skipped": self.env._("Skipped: %s", self.error),
            "cancelled": self.env._("Cancelled: %s", self.error),
            "waits": self.env._("The request waits."),
            "gone": self.env._("Known to Mindbox, but gone in Odoo."),
            "merged": self.env._(
                "Merged into another customer in Odoo, but not in Mindbox."
            ),
            "erased": self.env._(
                "Erased in Odoo: see Customers to Delete, then tick it off there."
            ),
            "excluded": self.env._(
                "Known to Mindbox, but no customer of this integration point any more."
            ),
            "read": "",
        }
        return words[self.cause]

    # === BUTTONS === #

    def action_open_record(self):
        """Open the customer, order or card; where it is gone, its customer."""
        self.ensure_one()
        kinds = self.env["mindbox.catalogue"]._get_kinds()
        record = self.env[kinds[self.kind].model].browse(self.res_id).exists()
        return (record or self.partner_id or self).get_formview_action()

    def action_view_request(self):
        """Open the request that explains it."""
        return self.request_id.get_formview_action()

    # === ERASED CUSTOMERS === #

    @api.model
    def _forget(self, partners):
        """Keep no values of erased customers, nor of what is theirs."""
        records = partners._get_mindbox_records()
        kinds = self.env["mindbox.catalogue"]._get_kinds()
        about = Domain("partner_id", "in", records[partners._name])
        for code, kind in kinds.items():
            ids = records.get(kind.model, ())
            about |= Domain("kind", "=", code) & Domain("res_id", "in", ids)
        self.search(about).unlink()

    # === READ FROM MINDBOX === #

    @api.model
    def _write_read(
        self, run, kind, record, problem, detail, reason, among=("other", "unseen")
    ):
        """Write down what one record looks like in Mindbox.

        :param problem: one of ``among``, or False where all agrees
        :param str detail: the names of the fields or an ID, never personal data
        :param Reason reason: why Mindbox does not show it
        :param among: the problems that were looked for
        """
        known = self.search(
            [
                ("endpoint_id", "=", run.endpoint_id.id),
                ("kind", "=", kind),
                ("res_id", "=", record.id),
                ("problem", "in", among),
            ]
        )
        now = fields.Datetime.now()
        same = known.filtered(lambda difference: difference.problem == problem)
        (known - same).write({"state": "resolved", "seen_at": now})
        if not problem:
            return
        values = {"run_id": run.id, "detail": detail, "seen_at": now, "state": "open"}
        values |= reason.get_values()
        values["partner_id"] = record._mindbox_customer().id
        if same:
            same.write(values)
            return
        self.create(
            {
                "endpoint_id": run.endpoint_id.id,
                "kind": kind,
                "res_id": record.id,
                "problem": problem,
                "cause": "read",
                "found_at": now,
                **values,
            }
        )
