# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a scheme has to show: its last run, the log, the pictures."""

from odoo import api, fields, models
from odoo.tools import SQL


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    run_ids = fields.One2many("rfm.run", "scheme_id")
    last_run_id = fields.Many2one("rfm.run", compute="_compute_last_run_id")

    @api.depends("run_ids.state")
    def _compute_last_run_id(self):
        for scheme in self:
            scheme.last_run_id = self.env["rfm.run"].search(
                [("scheme_id", "in", scheme._origin.ids), ("state", "=", "done")],
                limit=1,
            )

    def unlink(self):
        self._forget_profiles()
        return super().unlink()

    def _forget_profiles(self):
        """Remove what is known of customers by these schemes."""
        self.env.cr.execute(
            SQL("DELETE FROM rfm_profile WHERE scheme_id = ANY(%s)", self.ids)
        )
        self.env["rfm.profile"]._reread()

    def action_view_runs(self):
        """Open the log of the runs."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_rfm.rfm_run_action"
        )
        return action | {"domain": [("scheme_id", "in", self.ids)], "context": {}}

    def action_view_pictures(self):
        """Open cards, heat map, transitions and trend of this scheme."""
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "mindbox_rfm.rfm_pictures_action"
        )
        return action | {"context": {"scheme_id": self.id}}

    def _action_view_partners(self, name, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_rfm.res_partner_action"
        )
        return action | {"name": name, "domain": domain, "context": {}}
