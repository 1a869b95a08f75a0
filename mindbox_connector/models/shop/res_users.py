# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.http import request

from ..capture.visitor import get_website


class ResUsers(models.Model):
    _inherit = "res.users"

    # === REGISTRATION === #

    def _create_user_from_template(self, values):
        """Sign-up on the website, and the first login through another service."""
        user = super()._create_user_from_template(values)
        user._mindbox_mark_registered()
        return user

    @api.model
    def signup(self, values, token=None):
        """A person who sets the first password has accepted an invitation."""
        invited = token and self._mindbox_get_invited(token)
        result = super().signup(values, token=token)
        if invited:
            invited._mindbox_mark_registered()
        return result

    def _mindbox_get_invited(self, token):
        partner = self.env["res.partner"].sudo()._signup_retrieve_partner(token)
        users = partner.user_ids if partner else self.browse()
        return users.filtered(lambda user: not user.login_date)

    def _mindbox_mark_registered(self):
        for user in self:
            _greet(user)
            # Who was forgotten and signs up again wants to be known again.
            user.partner_id.filtered("mindbox_erased_at").mindbox_erased_at = False
            user.partner_id._mindbox_mark("customer_register", website=get_website())
            user.partner_id._mindbox_join_guests()

    def _deactivate_portal_user(self, **post):
        """A customer who deletes the own account wants to be forgotten."""
        partners = self.partner_id
        result = super()._deactivate_portal_user(**post)
        partners._mindbox_erase()
        return result

    # === LOGIN === #

    def authenticate(self, credential, user_agent_env):
        """A person got in by the form, not a program, and no second factor is due."""
        auth_info = super().authenticate(credential, user_agent_env)
        if (user_agent_env or {}).get("interactive"):
            user = self.env["res.users"].browse(auth_info["uid"]).sudo()
            if auth_info.get("mfa") == "skip" or not user._mfa_url():
                user._mindbox_mark_login()
        return auth_info

    def _mindbox_mark_login(self):
        """Mark a completed login, once per request: a sign-up logs in twice."""
        if _greet(self):
            self.partner_id._mindbox_mark("customer_authorize", website=get_website())


def _greet(user):
    """Tell whether a user is met for the first time in this request."""
    if not request:
        return True
    greeted = getattr(request, "mindbox_greeted", None) == user.id
    request.mindbox_greeted = user.id
    return not greeted
