# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...catalogue import MODE_SELECTION
from ...labels import get_labels
from ...reasons import Reason
from .json_text import prettify

# The same as being pending, in words of its own: statistics know of none that wait, so
# PostgreSQL would take any index on pending rows for the best one, and walk all of it.
WAITS = "state NOT IN ('sent', 'rejected', 'skipped', 'cancelled')"
# Rows that change before PostgreSQL cleans up behind them: a number, no share.
STORAGE_PARAMETERS = """
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000,
    autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = 50000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000,
    autovacuum_vacuum_cost_limit = 2000,
    toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 50000
"""


class MindboxRequest(models.Model):
    _name = "mindbox.request"
    _description = "Mindbox Request"
    _inherit = ["mindbox.reasoned"]
    _order = "id desc"
    _rec_name = "transaction_id"
    _log_access = False

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="endpoint_id.company_id")
    operation_id = fields.Many2one(
        "mindbox.operation", readonly=True, ondelete="set null"
    )
    operation_name = fields.Char(
        string="Called Operation",
        readonly=True,
        help="The operation as it was called: it may be renamed or deleted since.",
    )
    event = fields.Selection(
        lambda self: self.env["mindbox.catalogue"]._get_selection(),
        required=True,
        readonly=True,
    )
    mode = fields.Selection(MODE_SELECTION, readonly=True)
    res_model = fields.Char(string="Record Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Record ID", model_field="res_model", readonly=True
    )
    res_name = fields.Char(string="Record", compute="_compute_res_name")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        # An erased customer leaves no body behind.
        ondelete="cascade",
    )
    customer_key = fields.Char(
        readonly=True, help="Requests with the same key leave one after the other."
    )
    merge_key = fields.Char(
        readonly=True,
        help="What waits with the same key is one state, sent once in its newest form.",
    )
    cleared = fields.Char(
        readonly=True, help="Contacts of the customer that were removed in Odoo."
    )
    left_contacts = fields.Char(
        readonly=True,
        groups="mindbox_connector.group_mindbox_manager",
        help="Contacts that others may have once this is told: kind:value, in words.",
    )
    transaction_id = fields.Char(
        string="Transaction ID",
        required=True,
        readonly=True,
        default=lambda self: str(uuid.uuid4()),
        help="By it Mindbox recognises a call it has already worked off.",
    )
    occurred_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    queued_at = fields.Datetime(
        readonly=True,
        help="Since when it waits again, where somebody has sent it again.",
    )
    priority = fields.Integer(readonly=True, default=10, aggregator=None)
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("sent", "Sent"),
            ("rejected", "Rejected"),
            ("skipped", "Skipped"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="pending",
    )
    was_accepted = fields.Boolean(
        readonly=True,
        help="Mindbox had accepted it before it was sent again. It recognises it by "
        "the transaction ID, so that it counts once.",
    )
    attempts = fields.Integer(readonly=True, default=0)
    missing_attempts = fields.Integer(
        string="Attempts Without What It Needs",
        readonly=True,
        help="Attempts, among all, to which Mindbox has answered that it does not know "
        "what the call is about: no failures, what is missing may be on its way.",
    )
    next_attempt_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    sent_at = fields.Datetime(
        string="Accepted",
        readonly=True,
        help="When Mindbox has answered that it has taken the call.",
    )
    outcome = fields.Selection(
        [
            ("unknown", "Not known"),
            ("processed", "Processed"),
            ("with_remarks", "Processed with remarks"),
            ("failed", "Failed late"),
        ],
        readonly=True,
        help="What became of an accepted call. A synchronous one is answered once it "
        "is processed; an asynchronous one is processed later, and what became of it "
        "is told by the operation log of Mindbox only.",
    )
    processed_at = fields.Datetime(
        string="Processed",
        readonly=True,
        help="When Mindbox has processed the call, or failed to.",
    )
    http_status = fields.Integer(string="HTTP Status", readonly=True, aggregator=None)
    reason = fields.Char(
        string="In Words",
        compute="_compute_reason",
        help="What happened to the request, or why it waits.",
    )
    payload = fields.Text(
        string="Body",
        readonly=True,
        groups="mindbox_connector.group_mindbox_manager",
    )
    response = fields.Text(
        string="Answer",
        readonly=True,
        groups="mindbox_connector.group_mindbox_manager",
    )
    payload_pretty = fields.Text(
        string="Formatted Body",
        compute="_compute_pretty",
        groups="mindbox_connector.group_mindbox_manager",
    )
    response_pretty = fields.Text(
        string="Formatted Answer",
        compute="_compute_pretty",
        groups="mindbox_connector.group_mindbox_manager",
    )
    device_uuid = fields.Char(
        string="Device UUID",
        readonly=True,
        groups="mindbox_connector.group_mindbox_manager",
    )
    customer_ip = fields.Char(
        string="Customer IP",
        readonly=True,
        groups="mindbox_connector.group_mindbox_manager",
    )

    _transaction_uniq = models.UniqueIndex("(transaction_id)")
    # Claiming walks this index from its beginning, however many rows are finished.
    _claim_idx = models.Index("(endpoint_id, priority, id) WHERE state = 'pending'")
    _deferred_idx = models.Index(
        "(endpoint_id, customer_key) WHERE state = 'pending' AND attempts > 0",
    )
    # While a backlog waits: customers with an event just now, and what waits of them.
    _fresh_idx = models.Index(
        "(endpoint_id, priority, occurred_at) WHERE state = 'pending'",
    )
    _lane_idx = models.Index(f"(endpoint_id, customer_key, priority, id) WHERE {WAITS}")
    _merge_idx = models.Index(
        "(merge_key, endpoint_id) WHERE state = 'pending' AND merge_key IS NOT NULL",
    )
    # Also for what of a customer was told as of a later moment.
    _told_idx = models.Index("(partner_id, occurred_at) WHERE partner_id IS NOT NULL")
    _record_idx = models.Index("(res_id, res_model)")
    _tried_idx = models.Index(
        "(merge_key, endpoint_id) WHERE state = 'pending' AND may_have_left "
        "AND merge_key IS NOT NULL",
    )
    # They are few, and counted whenever somebody looks at the integration point.
    _rejected_idx = models.Index(
        "(endpoint_id, next_attempt_at) WHERE state = 'rejected'"
    )
    # A finished row keeps the moment of its last attempt: occurred_at may be years
    # ago where history is imported.
    _finished_idx = models.Index(
        "(next_attempt_at, state, endpoint_id) WHERE state != 'pending'"
    )
    # What still has a body to empty; the weeks of rows without one are passed over.
    _body_idx = models.Index(
        "(next_attempt_at) WHERE state IN ('sent', 'skipped', 'cancelled') "
        "AND (payload IS NOT NULL OR response IS NOT NULL)",
    )
    # What the operation log has still to tell of, and what it never tells of.
    _unknown_idx = models.Index(
        "(endpoint_id, sent_at) WHERE state = 'sent' AND outcome = 'unknown'"
    )
    # Lists of the few that were not sent, among millions that were.
    _outcome_idx = models.Index(
        "(state, id) WHERE state NOT IN ('pending', 'sent')",
    )

    def init(self):
        """Have PostgreSQL vacuum by count: a share of millions of rows is too late.

        Each row is written three times within seconds; what is left of the first two
        lies in the way of every claim.
        """
        self.env.cr.execute(
            SQL("ALTER TABLE mindbox_request SET (%s)", SQL(STORAGE_PARAMETERS))
        )

    # === FOR PEOPLE === #

    @api.depends("res_model", "res_id")
    def _compute_res_name(self):
        for model, requests in self.grouped("res_model").items():
            names = requests._get_record_names(model)
            for request in requests:
                request.res_name = names.get(request.res_id, "")

    def _get_record_names(self, model):
        """Return {ID: name} of the records that exist and may be read."""
        if model not in self.env:
            return {}
        records = self.env[model].browse(set(self.mapped("res_id")) - {0}).exists()
        records = records._filtered_access("read")
        return {record.id: record.display_name for record in records}

    @api.depends("event", "res_name")
    def _compute_display_name(self):
        labels = get_labels(self, "event")
        for request in self:
            parts = [labels.get(request.event), request.res_name]
            request.display_name = ": ".join(filter(None, parts))

    def _get_record(self):
        """Return the record the request is about, if it exists and may be read."""
        if self.res_model not in self.env or not self.res_id:
            return None
        record = self.env[self.res_model].browse(self.res_id).exists()
        return record if record and record.has_access("read") else None

    @api.depends_context("lang")
    @api.depends(
        "state",
        "outcome",
        "reason_code",
        "reason_details",
        "attempts",
        "next_attempt_at",
        "endpoint_id.held_until",
        "endpoint_id.state",
        "operation_id.held_until",
    )
    def _compute_reason(self):
        waiting = self.filtered(lambda request: request.state == "pending")
        waits = waiting._get_waits()
        for request in self:
            if request.state == "sent":
                request.reason = request._get_outcome_in_words()
            else:
                request.reason = waits.get(request.id, request.error)

    def _get_waits(self):
        """Return {ID: why it waits, in words}."""
        soon = dict.fromkeys(self.ids, self.env._("Leaves in a moment."))
        tried = {
            request.id: self.env._(
                "Waits after attempt %(attempts)s: %(error)s",
                attempts=request.attempts,
                error=request.error,
            )
            for request in self
            if request.attempts and request.reason_code
        }
        return soon | self._get_queues() | tried | self._get_stops()

    def _get_stops(self):
        """Return {ID: in words} of what waits since nothing leaves, or not by that.

        A hook, too: an upper room may know more of what keeps everything.
        """
        stops = {}
        for request in self:
            endpoint, operation = request.endpoint_id, request.operation_id
            if endpoint.state == "paused":
                words = self.env._("Waits: the integration point is paused.")
            elif endpoint.state == "draft":
                words = self.env._("Waits: the integration point is not started.")
            elif endpoint._is_held() and not endpoint.held_operation:
                words = self.env._("Waits: %s", endpoint.hold_reason)
            elif operation._is_held():
                words = self.env._("Waits: %s", operation.hold_reason)
            else:
                continue
            stops[request.id] = words
        return stops

    def _get_queues(self):
        """Return {ID: in words} of what waits behind another one of its customer."""
        self.env["mindbox.request"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (mine.id) mine.id, tried.attempts,
                       tried.reason_code, tried.reason_details
                  FROM mindbox_request mine
                  JOIN mindbox_request tried
                    ON tried.endpoint_id = mine.endpoint_id
                   AND tried.customer_key = mine.customer_key
                   AND tried.state = 'pending' AND tried.attempts > 0
                   AND tried.reason_code IS NOT NULL
                   AND (tried.priority, tried.id) < (mine.priority, mine.id)
                 WHERE mine.id = ANY(%s)
                 ORDER BY mine.id, tried.priority, tried.id
                """,
                self.ids,
            )
        )
        say = self.env["mindbox.reason"]._say
        return {
            request_id: self.env._(
                "Waits for the customer's earlier call, after its attempt "
                "%(attempts)s: %(error)s",
                attempts=attempts,
                error=say(code, details),
            )
            for request_id, attempts, code, details in rows
        }

    def _get_outcome_in_words(self):
        if self.outcome == "with_remarks":
            return self.env._("Mindbox has processed it, and says: %s", self.error)
        if self.outcome == "processed":
            return self.env._("Mindbox has processed it.")
        return self.env._("Mindbox has accepted it.")

    @api.depends("payload", "response")
    def _compute_pretty(self):
        for request in self:
            request.payload_pretty = prettify(request.payload)
            request.response_pretty = prettify(request.response)

    # === BUTTONS === #

    def action_cancel(self):
        """Never send the selected requests that still wait.

        :raise AccessError: the user is no Mindbox manager
        """
        self._check_manager()
        waiting = self.sudo().filtered(lambda request: request.state == "pending")
        waiting._cancel()
        return True

    def _cancel(self):
        reason = Reason("cancelled_by_hand", {"user": self.env.user.name})
        self.write({"state": "cancelled", **reason.get_values()})

    def _check_manager(self):
        """Managers cannot write on requests: they act through these buttons only."""
        if not self.env.user.has_group("mindbox_connector.group_mindbox_manager"):
            raise AccessError(self.env._("Only Mindbox managers may do that."))
        self.check_access("read")

    def action_open_record(self):
        """Open the customer, card or order the request is about."""
        self.ensure_one()
        record = self._get_record()
        if not record:
            raise UserError(self.env._("This record no longer exists."))
        return record.get_formview_action()
