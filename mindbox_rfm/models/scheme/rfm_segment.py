# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

CODE = re.compile(r"[A-Za-z0-9_.\-]+")
DEFAULT_COLOR = "#999999"


class RfmSegment(models.Model):
    _name = "rfm.segment"
    _description = "RFM Segment"
    _order = "sequence, id"

    scheme_id = fields.Many2one(
        "rfm.scheme", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="scheme_id.company_id")
    currency_id = fields.Many2one(related="scheme_id.currency_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="External ID of the segment in Mindbox. Latin letters, digits, dots, "
        "hyphens and underscores.",
    )
    color = fields.Char(default=DEFAULT_COLOR)
    strategy = fields.Text(
        translate=True, help="What marketing does with these customers."
    )
    customer_count = fields.Integer(compute="_compute_size", string="Customers")
    revenue = fields.Monetary(compute="_compute_size")

    _code_uniq = models.Constraint(
        "UNIQUE(scheme_id, code)",
        "Two segments of a scheme cannot have the same code.",
    )

    @api.depends("scheme_id")
    def _compute_size(self):
        sizes = {
            segment.id: (count, amount)
            for segment, count, amount in self.env["rfm.profile"]._read_group(
                [("segment_id", "in", self.ids)],
                ["segment_id"],
                ["__count", "amount:sum"],
            )
        }
        for segment in self:
            count, amount = sizes.get(segment._origin.id, (0, 0))
            segment.customer_count, segment.revenue = count, amount

    @api.constrains("code", "color")
    def _check_code(self):
        for segment in self:
            if not CODE.fullmatch(segment.code):
                raise ValidationError(
                    self.env._(
                        "“%s” cannot be the code of a segment: Latin letters, digits, "
                        "dots, hyphens and underscores only.",
                        segment.code,
                    )
                )
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
        held = self.filtered("customer_count")
        if held:
            raise UserError(
                self.env._(
                    "%(segments)s: customers are in this segment. They move on with "
                    "the next run; then it can be deleted.",
                    segments=", ".join(held.mapped("name")),
                )
            )

    # === BUTTONS === #

    @api.model
    def can_mail(self):
        """Whether the user can make mailings."""
        return "mailing.mailing" in self.env and self.env["mailing.mailing"].has_access(
            "create"
        )

    def action_mail(self):
        """Start a mailing to the customers of the segment."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mailing: %s", self.name),
            "res_model": "mailing.mailing",
            "view_mode": "form",
            "context": {
                "default_mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "default_mailing_domain": repr([("rfm_segment_id", "in", self.ids)]),
                "default_subject": self.name,
            },
        }

    def action_plan(self):
        """Schedule activities, one or a whole plan, for the customers of the segment.

        :raise UserError: there are more of them than people could call
        """
        self.ensure_one()
        wizard = self.env["mail.activity.schedule"]
        most = wizard._batch_size
        customers = self.env["res.partner"].search(
            [("rfm_segment_id", "in", self.ids)], limit=most + 1
        )
        if len(customers) > most:
            raise UserError(
                self.env._(
                    "%(segment)s has more than %(most)s customers. Open them, choose "
                    "some, and schedule activities for those.",
                    segment=self.name,
                    most=most,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Activities: %s", self.name),
            "res_model": wizard._name,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "active_model": customers._name,
                "active_ids": customers.ids,
                "plan_mode": True,
            },
        }

    def action_view_customers(self):
        """Open the customers of the segment."""
        self.ensure_one()
        return self.scheme_id._action_view_partners(
            self.name, [("rfm_segment_id", "in", self.ids)]
        )
