# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.http import request

from odoo.addons.web.controllers.home import Home


class MindboxHome(Home):
    def _login_redirect(self, uid, redirect=None):
        """Also the end of a login with a second factor: here it is complete."""
        if request.session.uid == uid:
            request.env["res.users"].browse(uid).sudo()._mindbox_mark_login()
        return super()._login_redirect(uid, redirect=redirect)
