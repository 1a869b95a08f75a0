# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.http import request

from odoo.addons.auth_signup.controllers.main import AuthSignupHome

from .portal import decide_by_mail


class MindboxSignup(AuthSignupHome):
    def _signup_with_values(self, token, values, do_login):
        """A tick at the sign-up is a decision; no tick is none."""
        result = super()._signup_with_values(token, values, do_login)
        if request.params.get("mindbox_consent"):
            users = request.env["res.users"].sudo()
            user = users.search(users._get_login_domain(values.get("login")), limit=1)
            if user:
                decide_by_mail(user.partner_id, "signup")
        return result
