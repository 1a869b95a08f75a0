# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ..capture.visitor import get_website


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users"]

    def _deactivate_portal_user(self, **post):
        """Who closes the own account does not want to hear from us any more."""
        decisions, website = self.env["mindbox.consent"].sudo(), get_website()
        for partner in self.filtered("share").partner_id:
            agreed = decisions._get_state(partner)
            decisions._decide(
                partner,
                dict.fromkeys((key for key, yes in agreed.items() if yes), False),
                source="portal",
                website_id=website and website.id,
            )
        return super()._deactivate_portal_user(**post)
