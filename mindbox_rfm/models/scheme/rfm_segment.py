# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.mindbox_connector.fields import SystemName

DEFAULT_COLOR = "#999999"


class RfmSegment(models.Model):
    _name = "rfm.segment"
    _description = "RFM Segment"
    _inherit = ["rfm.versioned", "mindbox.owned"]
    _order = "sequence, id"

    scheme_id = fields.Many2one(
        "rfm.scheme", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="scheme_id.company_id")
    currency_id = fields.Many2one(related="scheme_id.currency_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    code = SystemName(
        required=True,
        help="External ID of the segment in Mindbox. Latin letters, digits, dots, "
        "hyphens and underscores.",
    )
    color = fields.Char(default=DEFAULT_COLOR)
    strategy = fields.Text(
        translate=True, help="What marketing does with these customers."
    )

    _code_uniq = models.Constraint(
        "UNIQUE(scheme_id, code)",
        "Two segments of a scheme cannot have the same code.",
    )

    @api.constrains("color")
    def _check_color(self):
        for segment in self:
            if not re.fullmatch(r"#[0-9A-Fa-f]{6}", segment.color or DEFAULT_COLOR):
                raise ValidationError(
                    self.env._(
                        "A colour is written like #0072B2, not %s.", segment.color
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # A whole scheme goes by rfm.scheme.unlink, which removes its rules first.
        rules = self.env["rfm.rule"].search([("segment_id", "in", self.ids)])
        if rules:
            raise UserError(
                self.env._(
                    "%(segments)s: rules lead to this segment. Delete the rules first, "
                    "or let them lead to another segment.",
                    segments=", ".join(rules.segment_id.mapped("name")),
                )
            )
