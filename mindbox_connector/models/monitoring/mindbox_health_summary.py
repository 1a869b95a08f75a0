# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How an integration point does, in one sentence, and the lists behind its counts."""

from odoo import api, fields, models
from odoo.tools import format_datetime

from ...wording import in_words
from .mindbox_health import NOTHING_WAITS


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    waiting_count = fields.Integer(compute="_compute_health", string="Waiting")
    rejected_count = fields.Integer(compute="_compute_health", string="Rejected")
    health = fields.Char(compute="_compute_health")

    @api.depends_context("lang")
    @api.depends("state", "pause_reason", "held_until", "hold_reason")
    def _compute_health(self):
        waiting = self._measure_waiting(fields.Datetime.now())
        rejected = self._measure_rejected()
        for endpoint in self:
            # In the settings they are shown before anything is saved.
            measures = waiting.get(endpoint._origin.id, NOTHING_WAITS)
            endpoint.waiting_count = measures["waiting"]
            endpoint.rejected_count = rejected.get(endpoint._origin.id, 0)
            endpoint.health = ", ".join(endpoint._get_health(measures))

    def _get_health(self, waits):
        """Yield the parts of one sentence on how the integration point does."""
        if self.state == "draft":
            yield self.env._("not started: nothing is recorded")
            return
        if waits["waiting"]:
            yield self.env._("waiting %s", waits["waiting"])
            yield self.env._("oldest %s", self._format_seconds(waits["oldest_seconds"]))
        else:
            yield self.env._("nothing waits")
        if self.state == "paused":
            reason = in_words(self.env, self.pause_reason)
            yield self.env._("paused: %s", reason or self.env._("by hand"))
        elif self.held_until and self.held_until > fields.Datetime.now():
            until = format_datetime(self.env, self.held_until, dt_format="HH:mm:ss")
            reason = in_words(self.env, self.hold_reason)
            yield self.env._(
                "held until %(until)s: %(reason)s", until=until, reason=reason
            )

    def _format_seconds(self, seconds):
        minutes = int(seconds // 60)
        if minutes < 1:
            return self.env._("less than a minute")
        if minutes < 120:
            return self.env._("%s min", minutes)
        if minutes < 48 * 60:
            return self.env._("%s h", minutes // 60)
        return self.env._("%s days", minutes // (24 * 60))

    def action_view_waiting(self):
        """Open the requests that wait."""
        return self._action_view_requests("pending")

    def action_view_rejected(self):
        """Open the requests that somebody has to look at."""
        return self._action_view_requests("rejected")

    def _action_view_requests(self, state):
        self.env["mindbox.request"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_request_action"
        )
        action["domain"] = [("endpoint_id", "in", self.ids), ("state", "=", state)]
        action["context"] = {}
        return action
