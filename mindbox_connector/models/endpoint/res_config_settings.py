# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    mindbox_endpoint_ids = fields.Many2many(
        "mindbox.endpoint",
        string="Integration Points",
        compute="_compute_mindbox_endpoint_ids",
    )
    mindbox_tracker = fields.Boolean(
        related="website_id.mindbox_tracker", readonly=False
    )
    mindbox_body_days = fields.Integer(
        string="Keep Bodies (days)",
        default=3,
        config_parameter="mindbox_connector.body_days",
        help="Bodies and answers of finished requests are emptied after so many days.",
    )
    mindbox_row_days = fields.Integer(
        string="Keep Requests (days)",
        default=30,
        config_parameter="mindbox_connector.row_days",
        help="Finished requests are removed after so many days.",
    )
    mindbox_rejected_days = fields.Integer(
        string="Keep Rejected Requests (days)",
        default=180,
        config_parameter="mindbox_connector.rejected_days",
        help="Rejected requests stay longer, so that they can be looked into.",
    )

    @api.constrains("mindbox_body_days", "mindbox_row_days", "mindbox_rejected_days")
    def _check_mindbox_days(self):
        for settings in self:
            days = (
                settings.mindbox_body_days,
                settings.mindbox_row_days,
                settings.mindbox_rejected_days,
            )
            if min(days) < 1:
                raise ValidationError(
                    self.env._("Requests must be kept for one day at least.")
                )

    @api.depends("company_id")
    def _compute_mindbox_endpoint_ids(self):
        self.mindbox_endpoint_ids = self.env["mindbox.endpoint"].search([], limit=20)
