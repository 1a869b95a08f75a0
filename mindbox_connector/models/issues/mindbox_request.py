# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

from ...reasons import Reason


class MindboxRequest(models.Model):
    _name = "mindbox.request"
    _inherit = ["mindbox.request"]

    issue_id = fields.Many2one(
        "mindbox.issue",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The cause for which it was refused.",
    )

    # They are few: those that were refused since somebody has gathered.
    _unassigned_idx = models.Index("(id) WHERE state = 'rejected' AND issue_id IS NULL")

    @api.model
    def _resend(self, ids):
        """What is refused again has a cause of its own, maybe the same."""
        count = super()._resend(ids)
        self._execute(
            SQL(
                """
                UPDATE mindbox_request SET issue_id = NULL
                 WHERE id = ANY(%s) AND issue_id IS NOT NULL RETURNING id
                """,
                list(ids),
            )
        )
        self.invalidate_model(["issue_id"])
        return count

    def action_dismiss(self):
        """Open the dialog that dismisses refused requests, with a reason.

        :raise AccessError: the user is no Mindbox manager
        """
        self._check_manager()
        return self._action_dismiss()

    def _action_dismiss(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dismiss Requests"),
            "res_model": "mindbox.dismissal",
            "views": [(False, "form")],
            "target": "new",
            "context": {"mindbox_request_ids": self.ids},
        }

    def _dismiss(self, why):
        """End refused requests that nobody needs any more.

        :param str why: a value of the dialog
        :return: how many there were
        """
        refused = self.filtered(lambda request: request.state == "rejected")
        reason = Reason("dismissed", {"user": self.env.user.name, "why": why})
        # Managers may not write on requests: they act by buttons that judge who asks.
        refused.sudo().write({"state": "cancelled", **reason.get_values()})
        self.env["mindbox.issue"].sudo()._gather()
        return len(refused)
