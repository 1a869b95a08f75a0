# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users"]

    @api.model_create_multi
    def create(self, vals_list):
        """Who has an account comes before who has none."""
        users = super().create(vals_list)
        users.partner_id._mindbox_mark_sharing()
        return users

    def unlink(self):
        self.partner_id._mindbox_mark_sharing()
        return super().unlink()
