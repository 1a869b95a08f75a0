# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ...wording import in_words

# In the order that Mindbox recommends; segments come with the add-on that makes them.
KINDS = {"customers": 10, "cards": 20, "orders": 30, "segments": 40}
UNFINISHED = ("running", "paused")
PREVIEW = 2000
SHOWN_ROWS = 5
RECORD_PRIORITY = 500


class MindboxImport(models.Model):
    """A run that tells Mindbox of what happened before the connector was there."""

    _name = "mindbox.import"
    _description = "Historical Import"
    _inherit = ["mindbox.import.options", "mail.thread", "mail.activity.mixin"]
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
    pause_reason = fields.Char(readonly=True, copy=False)
    held_until = fields.Datetime(readonly=True, copy=False)
    hold_reason = fields.Char(readonly=True, copy=False)
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

    # === FOR PEOPLE === #

    @api.depends("kind", "endpoint_id", "date_from", "date_to")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for run in self:
            days = [day for day in (run.date_from, run.date_to) if day]
            dates = " – ".join(map(str, days))
            parts = (kinds.get(run.kind), run.endpoint_id.name, dates)
            run.display_name = ", ".join(filter(None, parts))

    @api.depends("state")
    def _compute_progress(self):
        counts = self.env["mindbox.import.chunk"]._count_records(self.ids)
        for run in self:
            done, rejected, skipped, files = counts.get(run.id, (0, 0, 0, 0))
            worked_off = done + rejected + skipped
            finished = run.state == "done"
            run.done, run.rejected, run.skipped = done, rejected, skipped
            run.file_count = files
            # Records may have gone since the start: the end counts what there was.
            run.total = worked_off if finished else max(run.scope_total, worked_off)
            run.progress = 100 * worked_off / run.total if run.total else 100 * finished

    @api.depends("state")
    def _compute_eta(self):
        now = fields.Datetime.now()
        for run in self:
            run.rate, run.eta, run.time_left = 0, False, False
            if not run.resumed_at:
                continue
            worked_off = run.done + run.rejected + run.skipped
            until = run.finished_at or now
            seconds = max((until - run.resumed_at).total_seconds(), 1)
            run.rate = (worked_off - run.resumed_with) / seconds
            if run.state == "running" and run.rate > 0:
                left = (run.total - worked_off) / run.rate
                run.eta = now + timedelta(seconds=min(left, 10**8))
                run.time_left = run._format_duration(left)

    def _format_duration(self, seconds):
        minutes = round(seconds / 60)
        if minutes < 1:
            return self.env._("less than a minute")
        if minutes < 120:
            return self.env._("%s min", minutes)
        return self.env._("%s h", round(minutes / 60))

    @api.depends_context("lang")
    @api.depends("state", "pause_reason", "held_until", "endpoint_id.state")
    def _compute_status(self):
        for run in self:
            run.status = run._get_status()

    def _get_status(self):
        """Say in one sentence what the import does, or what it waits for."""
        if self.state == "paused":
            return in_words(self.env, self.pause_reason)
        if self.state != "running":
            return ""
        if self.endpoint_id.state != "running":
            return self.env._("Waits: the integration point is paused.")
        wait, reason = self._get_rest()
        if wait:
            return self.env._("Waits: %s", in_words(self.env, reason))
        if before := self._find_before():
            return self.env._("Waits for another import: %s", before.display_name)
        return self.env._("At work.")

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
            values = {"state": "running", "pause_reason": False, "refusals": 0}
            values |= {"held_until": False, "hold_reason": False, "resumed_at": now}
            values["resumed_with"] = run.done + run.rejected + run.skipped
            if fresh:
                total, last_id = run._get_reader()._count(run)
                values |= {"started_at": now, "scope_total": total, "last_id": last_id}
            run.write(values)
            run.activity_unlink(["mindbox_connector.activity_type_import_paused"])
        self._kick_after_commit()
        return True

    def action_pause(self):
        """Stop after the file that is on its way; starting goes on there."""
        self._check_manager()
        reason = self.env._("Paused by %s", self.env.user.name)
        for run in self.sudo().filtered(lambda run: run.state == "running"):
            run._pause(reason)
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
        ).write(
            {
                "state": "cancelled",
                "error": self.env._("Cancelled by %s", self.env.user.name),
            }
        )
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

    def _pause(self, reason):
        self.write({"state": "paused", "pause_reason": reason})

    def _check_manager(self):
        if not self.env.user.has_group("mindbox_connector.group_mindbox_manager"):
            raise AccessError(self.env._("Only Mindbox managers may do that."))
        self.check_access("write")

    # === BEFORE ANYTHING IS SENT === #

    def _check_startable(self):
        """Check that the import can start.

        :raise UserError: it cannot; the message tells everything that is wrong
        """
        if problems := self._find_problems():
            raise UserError("\n\n".join(problems))

    def _find_problems(self):
        """Return sentences about what keeps the import from starting."""
        self.ensure_one()
        endpoint = self.endpoint_id.sudo()
        if endpoint.state == "draft":
            return [self.env._("Start the integration point first.")]
        problems = []
        if endpoint.state == "paused" and self.way != "files":
            reason = in_words(self.env, endpoint.pause_reason)
            problems.append(
                self.env._("The integration point is paused: %s", reason or "")
            )
        if self._find_same():
            problems.append(
                self.env._(
                    "An import of this kind is running already. Wait for its end, or "
                    "cancel it."
                )
            )
        if not self._has_dates_in_order():
            return [
                self.env._("The import would end before it starts: check the dates.")
            ]
        if not self.accept_problems:
            problems += self._get_reader()._find_problems(self)
        return problems

    def _find_same(self):
        return self.sudo().search(
            [
                ("endpoint_id", "=", self.endpoint_id.id),
                ("kind", "=", self.kind),
                ("state", "in", UNFINISHED),
                ("id", "not in", self._origin.ids),
            ],
            limit=1,
        )

    def _find_before(self):
        """Return a running import of the same integration point that goes first."""
        running = self.search(
            [
                ("endpoint_id", "=", self.endpoint_id.id),
                ("state", "=", "running"),
                ("way", "!=", "files"),
                ("id", "!=", self.id),
            ]
        )
        place = KINDS[self.kind], self.id
        earlier = running.filtered(lambda run: (KINDS[run.kind], run.id) < place)
        return earlier.sorted(lambda run: KINDS[run.kind])[:1]

    def _preview(self):
        """Return what would go, without sending anything.

        :return: dict with ``total``; ``looked_at``: how many of them were looked at;
            ``fits``: how many of those go; ``reasons``: {reason: number of those that
            do not}; ``header`` and ``rows`` of the beginning of the first file
        """
        reader = self._get_reader()
        total, last_id = reader._count(self)
        file = reader._files[0]
        ids = reader._find_ids(self, 0, last_id, PREVIEW)
        items = reader._read(self, file, ids)
        reasons = {}
        for item in items:
            if item.state:
                reason = in_words(self.env, item.reason)
                reasons[reason] = reasons.get(reason, 0) + 1
        rows = [row for item in items[:100] for row in item.rows]
        return {
            "total": total,
            "looked_at": len(items),
            "fits": len(items) - sum(reasons.values()),
            "reasons": reasons,
            "header": reader._get_header(self, file),
            "rows": rows[:SHOWN_ROWS],
        }

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

    # === RECORD BY RECORD === #

    def _prepare_request(self, record, event, moment=None):
        """Return the values of a request whose body is built when it leaves.

        It is behind everything that happens in the shop, and never merges with it: an
        event of today must not wait for one of years ago.
        """
        operation = self.endpoint_id._get_operation(event)
        if not operation:
            raise UserError(
                self.env._("The operation of the event %s is switched off.", event)
            )
        customer = record._mindbox_customer()
        return record._mindbox_prepare_row(event, operation) | {
            "endpoint_id": self.endpoint_id.id,
            "merge_key": None,
            "priority": min(operation["priority"] + RECORD_PRIORITY, 1000),
            "occurred_at": moment or fields.Datetime.now(),
            "partner_id": customer.id or None,
            "cleared": None,
            "customer_key": f"partner-{customer.id}" if customer else None,
            "device_uuid": None,
            "customer_ip": None,
        }

    def _prepare_fact(self, record, event, **facts):
        """Return the values of a request with its body of now."""
        row = self._prepare_request(record, event)
        return row | record._mindbox_prepare_fact(self.endpoint_id, row, facts)

    def _mark_changed(self, records, events, since):
        """Tell again what has changed while a file was on its way to Mindbox."""
        self.env["mindbox.request"].flush_model()
        changed = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT res_id FROM mindbox_request
                 WHERE endpoint_id = %s AND event = ANY(%s) AND res_id = ANY(%s)
                   AND res_model = %s AND import_chunk_id IS NULL
                   AND state IN ('pending', 'sent') AND next_attempt_at >= %s
                """,
                self.endpoint_id.id,
                list(events),
                records.ids,
                records._name,
                since,
            )
        )
        again = records.browse(record_id for (record_id,) in changed).exists()
        again.sudo()._mindbox_mark(events[-1])
