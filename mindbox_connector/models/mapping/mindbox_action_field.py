# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...fields import SystemName
from .mindbox_endpoint import FieldMap

# What a body says by itself: whom it is about, and when it was.
OWN = (
    "customer.ids",
    "customer.email",
    "customer.mobilePhone",
    "customer.discountCard",
)
OWN += ("executionDateTimeUtc",)


class MindboxActionField(models.Model):
    """One value that a server action tells Mindbox: of a field, or always the same."""

    _name = "mindbox.action.field"
    _description = "Value That a Server Action Tells Mindbox"
    _inherit = ["mindbox.path"]
    _order = "action_id, sequence, id"

    action_id = fields.Many2one(
        "ir.actions.server", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    model_name = fields.Char(related="action_id.model_name")
    target = SystemName(
        string="In the Body",
        required=True,
        help="Where the value stands, e.g. customer.customFields.lastTicket or "
        "customerAction.customFields.stage.",
    )
    path = fields.Char(required=False)
    text = fields.Char(
        string="Or Fixed Text", help="Told as it is, where no field is chosen."
    )

    def _get_path_model(self):
        return self.action_id.model_id.model

    @api.constrains("path", "value_type", "text")
    def _check_path(self):
        """Judged as whoever writes it, since the sender may read everything."""
        for field in self.sudo(False):
            if not (field.path or field.text):
                raise ValidationError(
                    self.env._("Choose a field or enter a text for “%s”.", field.target)
                )
            if problem := field.path and field._find_problem():
                raise ValidationError(problem)

    @api.constrains("target", "action_id")
    def _check_target(self):
        for field in self:
            if any(_overlap(field.target, own) for own in OWN):
                raise ValidationError(
                    self.env._("“%s” is filled by itself already.", field.target)
                )
            others = (field.action_id.mindbox_field_ids - field).mapped("target")
            if any(_overlap(field.target, other) for other in others):
                raise ValidationError(
                    self.env._(
                        "Two values cannot stand at the same place of the body: “%s”.",
                        field.target,
                    )
                )

    def _tell(self, endpoint, record):
        """Return {place: value} of what a record has, {} for nothing."""
        if not self.path:
            return {self.target: self.text}
        if self._find_gone():
            return {}
        return endpoint._tell_field(
            record,
            FieldMap(self.target, record._name, self.path, self.value_type, "omit"),
        )


def _overlap(one, other):
    """Whether one place of a body lies within another."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")
