# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...labels import get_labels
from ...notices import RELOAD, notify
from ...reasons import NO_REASON
from ..outbox.json_text import prettify


class MindboxInbound(models.Model):
    """One call from Mindbox: what it has told, and what became of it here."""

    _name = "mindbox.inbound"
    _description = "Call from Mindbox"
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
    kind = fields.Selection(
        lambda self: self.env["mindbox.catalogue"]._get_inbound_selection(),
        readonly=True,
    )
    transaction_id = fields.Char(
        string="Transaction ID",
        required=True,
        readonly=True,
        help="By it a repeat of the same call is recognised.",
    )
    way = fields.Selection(
        [("webhook", "Webhook"), ("export", "Export")],
        string="Told By",
        required=True,
        readonly=True,
        default="webhook",
        help="Webhook: Mindbox has called. Export: it was found in what Mindbox "
        "exports each night; the webhook was lost, or there is none.",
    )
    received_at = fields.Datetime(string="Received", required=True, readonly=True)
    occurred_at = fields.Datetime(
        string="Happened",
        required=True,
        readonly=True,
        help="In Mindbox. Of several words on the same thing the newest counts.",
    )
    applied_at = fields.Datetime(
        string="Worked Off",
        readonly=True,
        help="When it was decided what becomes of it.",
    )
    state = fields.Selection(
        [
            ("received", "Received"),
            ("applied", "Applied"),
            ("ignored", "Ignored"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        default="received",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    res_model = fields.Char(string="Record Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Record ID", model_field="res_model", readonly=True
    )
    body = fields.Text(readonly=True, groups="mindbox_connector.group_mindbox_manager")
    body_pretty = fields.Text(
        string="Formatted Body",
        compute="_compute_body_pretty",
        groups="mindbox_connector.group_mindbox_manager",
    )
    answer = fields.Char(
        readonly=True, help="A repeat of the call is answered in the same words."
    )

    _transaction_uniq = models.UniqueIndex("(endpoint_id, transaction_id)")
    _waiting_idx = models.Index("(endpoint_id, id) WHERE state = 'received'")
    _old_idx = models.Index("(received_at)")

    @api.depends("kind", "partner_id")
    def _compute_display_name(self):
        labels = get_labels(self, "kind")
        for call in self:
            name = call.partner_id.sudo().display_name
            parts = [labels.get(call.kind) or call.transaction_id, name]
            call.display_name = ": ".join(filter(None, parts))

    @api.depends("body")
    def _compute_body_pretty(self):
        for call in self:
            call.body_pretty = prettify(call.body)

    # === BUTTONS === #

    def action_apply_again(self):
        """Work off the selected calls once more that were ignored or refused.

        :raise AccessError: the user is no Mindbox manager
        :raise UserError: there is nothing left of them to apply
        """
        # Managers cannot write on calls: they act through this button only.
        self.env["mindbox.request"]._check_manager()
        self.check_access("read")
        again = self.sudo().filtered(
            lambda call: call.state in ("ignored", "refused") and call.body
        )
        if not again:
            raise UserError(
                self.env._("There is nothing to apply: no body is kept of these.")
            )
        again.write({"state": "received", **NO_REASON.get_values()})
        for endpoint in again.endpoint_id:
            endpoint._kick_inbound()
        message = self.env._("%s calls are applied in the background.", len(again))
        return notify(message, RELOAD)

    def action_open_record(self):
        """Open what the call has changed, or else the customer.

        :raise UserError: it is gone, or not for this user
        """
        self.ensure_one()
        self.check_access("read")
        record = self._get_record()
        if not record:
            raise UserError(self.env._("This record no longer exists."))
        return record.get_formview_action()

    def _get_record(self):
        """Return what the call has changed or is about, where it may be read."""
        if self.res_model in self.env and self.res_id:
            record = self.env[self.res_model].browse(self.res_id).exists()
        else:
            record = self.partner_id
        return record if record and record.has_access("read") else None
