# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sending again what an issue has stopped, once its cause is mended."""

from odoo import models
from odoo.exceptions import UserError

from ...notices import RELOAD, notify


class MindboxIssue(models.Model):
    _name = "mindbox.issue"
    _inherit = ["mindbox.issue"]

    def action_send_again(self):
        """Send again all that was refused for these causes, as far as it can be.

        :raise AccessError: the user is no Mindbox manager
        :raise UserError: nothing of it can be sent again
        """
        self.check_access("write")
        issues = self.sudo()
        ids = issues._find_refused().ids
        unsendable = issues.env["mindbox.request"]._find_unsendable(ids)
        left = {one for found in unsendable.values() for one in found}
        sendable = [one for one in ids if one not in left]
        if not sendable:
            raise UserError(
                self.env._(
                    "Nothing of it can be sent again: the bodies or records are gone. "
                    "Dismiss the requests."
                )
            )
        count = issues.env["mindbox.request"]._resend(sendable)
        issues._gather()
        message = self.env._("Requests that are sent again: %s.", count)
        if left:
            message += " " + self.env._(
                "Left, since their bodies or records are gone: %s.", len(left)
            )
        return notify(message, RELOAD, "warning" if left else "success")

    def action_dismiss(self):
        """Open the dialog that dismisses all that was refused for these causes."""
        self.check_access("write")
        return self.sudo()._find_refused()._action_dismiss()

    def _find_refused(self):
        domain = [("issue_id", "in", self.ids), ("state", "=", "rejected")]
        return self.env["mindbox.request"].search(domain)
