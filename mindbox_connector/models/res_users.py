# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _create_user_from_template(self, values):
        """Sign-up on the website, and the first login through another service."""
        user = super()._create_user_from_template(values)
        user.partner_id._mindbox_mark("customer_register")
        return user

    @api.model
    def signup(self, values, token=None):
        """A person who sets the first password has accepted an invitation."""
        invited = token and self._mindbox_get_invited(token)
        result = super().signup(values, token=token)
        if invited:
            invited._mindbox_mark("customer_register")
        return result

    def _mindbox_get_invited(self, token):
        partner = self.env["res.partner"].sudo()._signup_retrieve_partner(token)
        users = partner.user_ids if partner else self.browse()
        return partner if users and not any(users.mapped("login_date")) else None
