# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..labels import get_labels

FINISHED = ["sent", "rejected", "skipped", "cancelled"]
# So many of the newest are built anew to see what would differ, and so many shown.
RECENT_REQUESTS = 200
SHOWN = 20


class MindboxReplay(models.TransientModel):
    """Sends again what was sent, or failed, in a time or about some customers."""

    _name = "mindbox.replay"
    _description = "Mindbox Replay"

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        default=lambda self: self.env["mindbox.import.options"]._default_endpoint(),
        help="Empty: of all of them.",
    )
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Empty: of all companies you work for.",
    )
    date_from = fields.Datetime(
        string="From",
        help="By the time of the last attempt. Empty: as long as requests are kept.",
    )
    date_to = fields.Datetime(string="To", help="Empty: until now.")
    state = fields.Selection(
        [
            ("sent", "Sent"),
            ("rejected", "Rejected"),
            ("skipped", "Skipped"),
            ("cancelled", "Cancelled"),
        ],
        string="Result",
        default="rejected",
        help="Empty: whatever became of them. Requests that still wait leave anyway.",
    )
    event = fields.Selection(lambda self: self._select_event(), help="Empty: all.")
    operation_id = fields.Many2one("mindbox.operation", help="Empty: all.")
    reason_code = fields.Selection(
        lambda self: self.env["mindbox.reason"]._get_selection(),
        string="Kind of Reason",
        help="Empty: all.",
    )
    error = fields.Char(
        string="Reason Contains", help="A part of the reason, or of Mindbox's answer."
    )
    partner_ids = fields.Many2many(
        "res.partner", string="Customers", help="Empty: all."
    )
    request_count = fields.Integer(compute="_compute_preview", string="Would Go")
    preview_html = fields.Html(compute="_compute_preview", string="Preview")

    @api.model
    def _select_event(self):
        """An import's files are not among them: they are told by a new import."""
        return list(get_labels(self.env["mindbox.operation"], "event").items())

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for replay in self:
            if replay._ends_before_start():
                raise ValidationError(replay._explain_dates())

    def _ends_before_start(self):
        return self.date_from and self.date_to and self.date_to < self.date_from

    def _explain_dates(self):
        return self.env._("The end is before the start. Exchange the two.")

    @api.onchange("company_id", "endpoint_id")
    def _onchange_owner(self):
        if self.company_id and self.endpoint_id.company_id != self.company_id:
            self.endpoint_id = False
        if self.operation_id.endpoint_id != self.endpoint_id:
            self.operation_id = False

    # === WHAT WOULD GO === #

    @api.depends(
        "endpoint_id",
        "company_id",
        "date_from",
        "date_to",
        "state",
        "event",
        "operation_id",
        "reason_code",
        "error",
        "partner_ids",
    )
    def _compute_preview(self):
        for replay in self:
            values = replay._get_preview()
            replay.request_count = values["count"]
            replay.preview_html = self.env["ir.qweb"]._render(
                "mindbox_connector.mindbox_replay_preview", values
            )

    def _get_preview(self):
        """Return how many would go, why others would not, and what would differ.

        :return: {"count": requests, "kept": {why not: requests}, "compared": bodies
            that were built anew, "different": how many of them differ, "changes":
            [(request, field, sent, now)], "notice": what else to know}
        """
        notice = self._explain_dates() if self._ends_before_start() else False
        if notice:
            return {"count": 0, "kept": {}, "compared": 0, "notice": notice}
        ids, kept = self._find()
        values = {"count": len(ids), "kept": kept, "notice": self._explain_wait()}
        return values | self._compare(ids)

    def _find(self):
        """Return (IDs that can be sent again, {why not: how many cannot})."""
        ids = self.env["mindbox.request"].search(self._get_domain()).ids
        # The company's rules were applied by the search; a state is sent again if its
        # record exists, whoever may read that.
        requests = self.env["mindbox.request"].sudo()
        problems = requests._find_unsendable(ids)
        why = requests._explain_unsendable()
        kept = {why[problem]: len(found) for problem, found in problems.items()}
        unsendable = {row_id for found in problems.values() for row_id in found}
        return [row_id for row_id in ids if row_id not in unsendable], kept

    def _get_domain(self):
        partners = self.partner_ids.ids
        conditions = [
            ("state", "in", [self.state] if self.state else FINISHED),
            ("endpoint_id", "=", self.endpoint_id.id),
            ("endpoint_id.company_id", "=", self.company_id.id),
            ("next_attempt_at", ">=", self.date_from),
            ("next_attempt_at", "<=", self.date_to),
            ("event", "=", self.event),
            ("operation_id", "=", self.operation_id.id),
            ("reason_code", "=", self.reason_code),
            ("error", "ilike", (self.error or "").strip()),
            ("partner_id", "in", partners),
        ]
        return [condition for condition in conditions if condition[2]]

    def _explain_wait(self):
        endpoint = self.endpoint_id
        if endpoint.state != "running" and endpoint:
            return self.env._(
                "%s is not running: they will wait until it is started.", endpoint.name
            )
        return False

    # === WHAT WOULD DIFFER === #

    def _compare(self, ids):
        """Build the newest states anew, and compare them with what was sent.

        A fact is kept as it happened: it goes again word by word.
        """
        domain = [
            ("id", "in", ids),
            ("merge_key", "!=", False),
            ("payload", "!=", False),
            ("mode", "!=", "bulk"),
        ]
        # A body is built from records that a Mindbox manager need not be able to read.
        requests = self.env["mindbox.request"].sudo()
        requests = requests.search(domain, limit=RECENT_REQUESTS, order="id desc")
        found = [(r, c) for r, c in self._get_changes(requests) if c]
        return {
            "compared": len(requests),
            "different": len(found),
            "changes": [
                (request.display_name, name, *values)
                for request, changes in found[:SHOWN]
                for name, values in changes.items()
            ],
        }

    def _get_changes(self, requests):
        """Yield each request with {path of a value: (sent, now)}."""
        built = {}
        for endpoint, group in requests.grouped("endpoint_id").items():
            built |= endpoint._build_again(group)
        for request in requests:
            now = built[request.id]
            body = json.loads(now["payload"]) if now["payload"] else self._explain(now)
            yield request, _compare(json.loads(request.payload), body)

    def _explain(self, row):
        reasons = self.env["mindbox.reason"]
        return {"": reasons._say(row["reason_code"], row["reason_details"])}

    # === BUTTONS === #

    def action_replay(self):
        """Let them wait again, and show them.

        :raise AccessError: the user is no Mindbox manager
        :raise UserError: there is nothing to send
        """
        self.ensure_one()
        requests = self.env["mindbox.request"]
        requests._check_manager()
        ids, _kept = self._find()
        if not ids:
            raise UserError(self.env._("There is nothing to send again."))
        # Nobody may write on requests: managers resend them by their buttons only.
        requests.sudo()._resend(ids)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sent Again"),
            "res_model": "mindbox.request",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", ids)],
        }


def _compare(sent, now):
    """Return {path of a value: (sent, now)} of what differs in two bodies."""
    before, after = dict(_flatten(sent)), dict(_flatten(now))
    return {
        path: (before.get(path, ""), after.get(path, ""))
        for path in {**before, **after}
        if before.get(path) != after.get(path)
    }


def _flatten(value, path=""):
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _flatten(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for number, part in enumerate(value, 1):
            yield from _flatten(part, f"{path}[{number}]")
    else:
        yield path, value
