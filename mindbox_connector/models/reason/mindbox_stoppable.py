# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from ...reasons import Reason


class MindboxStoppable(models.AbstractModel):
    """Mixin of what somebody pauses, and what is held for a while; each with a reason.

    Who has a ``state`` of "paused" only.
    """

    _name = "mindbox.stoppable"
    _description = "Work That Can Be Paused and Held"

    pause_reason_code = fields.Selection(
        lambda self: self.env["mindbox.reason"]._get_selection(),
        string="Kind of Pause",
        readonly=True,
        copy=False,
    )
    pause_reason_details = fields.Json(readonly=True, copy=False)
    pause_reason = fields.Char(
        compute="_compute_pause_reason", search="_search_pause_reason"
    )
    held_until = fields.Datetime(readonly=True, copy=False)
    hold_reason_code = fields.Selection(
        lambda self: self.env["mindbox.reason"]._get_selection(),
        string="Kind of Hold",
        readonly=True,
        copy=False,
    )
    hold_reason_details = fields.Json(readonly=True, copy=False)
    hold_reason = fields.Char(
        compute="_compute_hold_reason", search="_search_hold_reason"
    )

    @api.depends_context("lang")
    @api.depends("pause_reason_code", "pause_reason_details")
    def _compute_pause_reason(self):
        say = self.env["mindbox.reason"]._say
        for record in self:
            record.pause_reason = say(
                record.pause_reason_code, record.pause_reason_details
            )

    @api.depends_context("lang")
    @api.depends("hold_reason_code", "hold_reason_details")
    def _compute_hold_reason(self):
        say = self.env["mindbox.reason"]._say
        for record in self:
            record.hold_reason = say(
                record.hold_reason_code, record.hold_reason_details
            )

    def _search_pause_reason(self, operator, value):
        return self.env["mindbox.reason"]._search_words("pause_", operator, value)

    def _search_hold_reason(self, operator, value):
        return self.env["mindbox.reason"]._search_words("hold_", operator, value)

    def _pause_by_hand(self):
        self._pause(Reason("paused_by_hand", {"user": self.env.user.name}))

    def _pause(self, reason):
        """Stop until somebody starts it again.

        :param Reason reason: why
        """
        values = {"state": "paused", "held_until": False}
        self.write(values | reason.get_values("pause_"))

    def _get_hold(self):
        """Return (until when or False, why), as it is written down by now."""
        names = ["held_until", "hold_reason_code", "hold_reason_details"]
        self.invalidate_recordset(names)
        reason = Reason(self.hold_reason_code or None, self.hold_reason_details or {})
        return self.held_until, reason
