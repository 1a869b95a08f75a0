# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What marketing does with a segment: mailings, activities, a look at its customers."""

from odoo import api, models
from odoo.exceptions import UserError


class RfmSegment(models.Model):
    _name = "rfm.segment"
    _inherit = ["rfm.segment"]

    @api.model
    def can_mail(self):
        """Whether the user can make mailings."""
        return "mailing.mailing" in self.env and self.env["mailing.mailing"].has_access(
            "create"
        )

    def action_mail(self):
        """Start a mailing to the customers of the segment who agree to e-mails."""
        self.ensure_one()
        customers = [("rfm_segment_id", "in", self.ids)]
        domain = [*customers, ("mindbox_agrees_email", "=", True)]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mailing: %s", self.name),
            "res_model": "mailing.mailing",
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {
                "default_mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "default_mailing_domain": repr(domain),
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
