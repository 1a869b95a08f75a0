# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError

from ...catalogue import MILESTONE_SELECTION

# What most projects start with; the names are the project's own.
DEFAULT_STATUSES = {
    "created": "Created",
    "confirmed": "Confirmed",
    "paid": "Paid",
    "shipped": "Shipped",
    "delivered": "Delivered",
    "cancelled": "Cancelled",
    "returned": "Returned",
}


class MindboxOrderStatus(models.Model):
    _name = "mindbox.order.status"
    _description = "Mindbox Order Status"
    _inherit = ["mindbox.owned", "mindbox.setting"]
    _order = "endpoint_id, id"
    _rec_name = "status"

    endpoint_id = fields.Many2one(
        "mindbox.endpoint",
        string="Integration Point",
        required=True,
        index=True,
        ondelete="cascade",
    )
    milestone = fields.Selection(
        MILESTONE_SELECTION, required=True, help="What happened to the order in Odoo."
    )
    status = fields.Char(
        string="Mindbox Status",
        required=True,
        help="External ID of the order line status in your Mindbox project. A "
        "milestone without a status is not sent.",
    )

    _milestone_uniq = models.Constraint(
        "UNIQUE(endpoint_id, milestone)",
        "This milestone has a status already: each one can be mapped once.",
    )

    @api.constrains("status")
    def _check_status(self):
        for record in self:
            if not record.status.strip() or "|" in record.status:
                raise ValidationError(
                    self.env._("The status may not be empty or contain “|”.")
                )

    @api.model
    def _default_commands(self):
        """Return commands that create the usual statuses."""
        return [
            Command.create({"milestone": milestone, "status": status})
            for milestone, status in DEFAULT_STATUSES.items()
        ]
