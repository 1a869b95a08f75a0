# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Domain


class MindboxReasoned(models.AbstractModel):
    """Mixin of what keeps a reason: a code and details, put in words when shown."""

    _name = "mindbox.reasoned"
    _description = "Record with a Reason"

    reason_code = fields.Selection(
        lambda self: self.env["mindbox.reason"]._get_selection(),
        string="Kind of Reason",
        readonly=True,
    )
    reason_details = fields.Json(readonly=True)
    error = fields.Text(
        string="Reason", compute="_compute_error", search="_search_error"
    )
    reason_actor = fields.Selection(
        lambda self: self.env["mindbox.reason"]._get_actor_selection(),
        string="Who Must Act",
        compute="_compute_error",
        search="_search_reason_actor",
    )
    reason_advice = fields.Text(string="What to Do", compute="_compute_error")

    @api.depends_context("lang")
    @api.depends("reason_code", "reason_details")
    def _compute_error(self):
        reasons = self.env["mindbox.reason"]
        for record in self:
            code = record.reason_code
            record.error = reasons._say(code, record.reason_details)
            record.reason_actor = reasons._get_actor(code)
            record.reason_advice = reasons._advise(code)

    def _search_error(self, operator, value):
        return self.env["mindbox.reason"]._search_words("", operator, value)

    def _search_reason_actor(self, operator, value):
        if operator != "in":
            return NotImplemented
        codes = self.env["mindbox.reason"]._get_codes(value)
        none = [False] if False in value else []
        return Domain("reason_code", "in", codes + none)
