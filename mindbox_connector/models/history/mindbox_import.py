# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...reasons import NO_REASON

UNFINISHED = ("running", "paused")


class MindboxImport(models.Model):
    """A run that tells Mindbox of what happened before the connector was there."""

    _name = "mindbox.import"
    _description = "Historical Import"
    _inherit = [
        "mindbox.owned",
        "mindbox.import.options",
        "mindbox.stoppable",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"

    company_id = fields.Many2one(store=True)
    # A website that is deleted would widen what an import takes.
    website_id = fields.Many2one(ondelete="restrict")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Running"),
            ("paused", "Paused"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    refusals = fields.Integer(
        readonly=True, copy=False, help="Files that Mindbox refused one after another."
    )
    last_id = fields.Integer(
        readonly=True,
        copy=False,
        help="What was made after the start goes its usual way.",
    )
    scope_total = fields.Integer(readonly=True, copy=False)
    started_at = fields.Datetime(readonly=True, copy=False)
    finished_at = fields.Datetime(readonly=True, copy=False)
    # The rate counts from here: pauses do not make an import slow.
    resumed_at = fields.Datetime(readonly=True, copy=False)
    resumed_with = fields.Integer(readonly=True, copy=False)
    chunk_ids = fields.One2many("mindbox.import.chunk", "import_id", readonly=True)
    line_ids = fields.One2many("mindbox.import.line", "import_id", readonly=True)

    total = fields.Integer(compute="_compute_progress", help="Records to import.")
    done = fields.Integer(compute="_compute_progress", help="Accepted by Mindbox.")
    rejected = fields.Integer(compute="_compute_progress")
    skipped = fields.Integer(compute="_compute_progress")
    file_count = fields.Integer(compute="_compute_progress", string="Files")
    progress = fields.Float(compute="_compute_progress", string="Progress (%)")
    rate = fields.Float(compute="_compute_eta", string="Records per Second")
    eta = fields.Datetime(compute="_compute_eta", string="Ends About")
    time_left = fields.Char(compute="_compute_eta")
    status = fields.Char(compute="_compute_status")

    _unfinished_uniq = models.UniqueIndex(
        "(endpoint_id, kind) WHERE state IN ('running', 'paused')",
        "An import of this kind is running already. Wait for its end, or cancel it.",
    )
    _chunk_rows_check = models.Constraint(
        "CHECK(chunk_rows BETWEEN 1 AND 1000000)",
        "Rows per file must be between 1 and 1,000,000.",
    )

    # === CONSTRAINTS === #

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for run in self:
            if not run._has_dates_in_order():
                raise ValidationError(
                    self.env._(
                        "The import would end before it starts: check the dates."
                    )
                )

    def _has_dates_in_order(self):
        return not (self.date_from and self.date_to) or self.date_from <= self.date_to

    @api.constrains("website_id", "endpoint_id")
    def _check_website(self):
        for run in self:
            website, bound = run.website_id, run.endpoint_id.website_id
            wrong_company = website and website.company_id != run.company_id
            if wrong_company or website and bound and website != bound:
                raise ValidationError(
                    self.env._(
                        "The website %s does not belong to the integration point.",
                        website.name,
                    )
                )

    def write(self, vals):
        """What has started is not changed: a new import is made instead."""
        fixed = {"endpoint_id", "kind", "way", "date_from", "date_to", "website_id"}
        if fixed & vals.keys() and any(run.state != "draft" for run in self):
            raise UserError(
                self.env._("The import has started: cancel it and make a new one.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_unfinished(self):
        if any(run.state in UNFINISHED for run in self):
            raise UserError(self.env._("Cancel the import before you delete it."))

    # === BUTTONS === #

    def action_start(self):
        """Start, or go on after a pause.

        :raise AccessError: the user is no Mindbox manager
        :raise UserError: something must be mended first
        """
        self._check_manager()
        for run in self.sudo().filtered(lambda run: run.state in ("draft", "paused")):
            run._check_startable()
            fresh = run.state == "draft"
            now = fields.Datetime.now()
            values = {"state": "running", "refusals": 0, "resumed_at": now}
            values |= NO_REASON.get_values("pause_")
            values |= {"held_until": False, **NO_REASON.get_values("hold_")}
            values["resumed_with"] = run.done + run.rejected + run.skipped
            if fresh:
                run.endpoint_id._check_contacts()
                total, last_id = run._get_reader()._count(run)
                values |= {"started_at": now, "scope_total": total, "last_id": last_id}
            run.write(values)
            run.activity_unlink(["mindbox_connector.activity_type_import_paused"])
        self._kick_after_commit()
        return True

    def action_pause(self):
        """Stop after the file that is on its way; starting goes on there."""
        self._check_manager()
        self.sudo().filtered(lambda run: run.state == "running")._pause_by_hand()
        return True

    def action_cancel(self):
        """Send nothing more. What Mindbox has accepted stays there."""
        self._check_manager()
        unfinished = self.sudo().filtered(
            lambda run: run.state in ("draft", *UNFINISHED)
        )
        unfinished.write({"state": "cancelled", "finished_at": fields.Datetime.now()})
        unfinished.chunk_ids.filtered(lambda chunk: not chunk.attempts)._cancel()
        self.env["mindbox.request"].sudo().search(
            [
                ("import_chunk_id.import_id", "in", unfinished.ids),
                ("state", "=", "pending"),
            ]
        )._cancel()
        return True

    def action_view_lines(self):
        """Open the records that were rejected or skipped, with the reasons."""
        return self._open("mindbox_connector.mindbox_import_line_action")

    def action_view_files(self):
        """Open the files of the import."""
        return self._open("mindbox_connector.mindbox_import_chunk_action")

    def _open(self, action):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(action)
        return action | {"domain": [("import_id", "in", self.ids)]}

    def _check_manager(self):
        if not self.env.user.has_group("mindbox_connector.group_mindbox_manager"):
            raise AccessError(self.env._("Only Mindbox managers may do that."))
        self.check_access("write")

    # === WHAT IT IMPORTS === #

    def _get_reader(self):
        """Return the reader of the kind, who sees what the sender sees."""
        return self.endpoint_id._with_sender(self.env[f"mindbox.import.{self.kind}"])

    def _get_moments(self):
        """Return (start, end) of the dates as naive UTC, the end excluded."""
        company = self.endpoint_id.sudo().company_id
        zone = pytz.timezone(company.partner_id.tz or self.env.user.tz or "UTC")

        def begin(day):
            if not day:
                return None
            local = zone.localize(datetime.combine(day, time.min))
            return local.astimezone(pytz.utc).replace(tzinfo=None)

        after = self.date_to and self.date_to + timedelta(days=1)
        return begin(self.date_from), begin(after)
