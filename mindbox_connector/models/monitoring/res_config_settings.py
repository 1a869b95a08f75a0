# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Settings of monitoring: its token, and from where on somebody is told."""

import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from .health_token import HEALTH_TOKEN, get_health_token, get_outside_health_token

ALERT_PREFIX = "mindbox_alert_"


class ResConfigSettings(models.TransientModel):
    _name = "res.config.settings"
    _inherit = ["res.config.settings"]

    mindbox_health_token = fields.Char(
        string="Monitoring Token",
        compute="_compute_mindbox_health_token",
        groups="base.group_system",
    )
    mindbox_health_source = fields.Char(
        compute="_compute_mindbox_health_token", groups="base.group_system"
    )
    mindbox_alert_stuck = fields.Integer(
        string="Consents Wait (min)",
        config_parameter="mindbox_connector.alert_stuck",
    )
    mindbox_alert_held = fields.Integer(
        string="Mindbox Takes Nothing (min)",
        config_parameter="mindbox_connector.alert_held",
    )
    mindbox_alert_backlog = fields.Integer(
        string="Requests Wait (min)",
        config_parameter="mindbox_connector.alert_backlog",
    )
    mindbox_alert_refused = fields.Integer(
        string="Refused Within an Hour (%)",
        config_parameter="mindbox_connector.alert_refused",
    )
    mindbox_alert_rejected = fields.Integer(
        string="Refused Within an Hour",
        config_parameter="mindbox_connector.alert_rejected",
    )

    @api.constrains(
        "mindbox_alert_stuck",
        "mindbox_alert_held",
        "mindbox_alert_backlog",
        "mindbox_alert_refused",
        "mindbox_alert_rejected",
    )
    def _check_mindbox_alerts(self):
        for settings in self:
            thresholds = [
                settings[name] for name in self._fields if name.startswith(ALERT_PREFIX)
            ]
            if min(thresholds) < 0 or settings.mindbox_alert_refused > 99:
                raise ValidationError(
                    self.env._(
                        "An alert begins above its limit: 0 or more, and at most 99 "
                        "percent. 0 switches it off."
                    )
                )

    @api.depends("company_id")
    def _compute_mindbox_health_token(self):
        outside = bool(get_outside_health_token())
        # Whoever sets the environment knows it.
        self.mindbox_health_token = not outside and get_health_token(self.env)
        self.mindbox_health_source = outside and self.env._(
            "The token comes from the environment or odoo.conf."
        )

    def action_rotate_mindbox_health_token(self):
        """Make a new token for monitoring; the one before is worth nothing any more.

        :raise AccessError: the user is no system administrator
        """
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only system administrators may do that."))
        self.env["ir.config_parameter"].set_param(
            HEALTH_TOKEN, secrets.token_urlsafe(32)
        )
        return {"type": "ir.actions.client", "tag": "reload"}
