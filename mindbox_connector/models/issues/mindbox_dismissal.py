# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from ...notices import CLOSE, notify

WHYS = [
    ("not_needed", "Mindbox need not know it"),
    ("by_hand", "Corrected in Mindbox by hand"),
    ("outdated", "It is out of date by now"),
    ("test", "It was a test"),
    ("lost", "It cannot be sent again: body or record are gone"),
]


class MindboxDismissal(models.TransientModel):
    """The dialog that ends refused requests with a reason."""

    _name = "mindbox.dismissal"
    _description = "Dismissal of Refused Mindbox Requests"

    why = fields.Selection(WHYS, string="Reason", required=True, default="not_needed")
    request_count = fields.Integer(string="Requests", compute="_compute_request_count")

    def _compute_request_count(self):
        for dismissal in self:
            dismissal.request_count = len(dismissal._find_requests())

    def _find_requests(self):
        """Return the refused ones of the requests that the dialog was opened for."""
        ids = self.env.context.get("mindbox_request_ids") or []
        ids = [one for one in ids if isinstance(one, int)]
        domain = [("id", "in", ids), ("state", "=", "rejected")]
        return self.env["mindbox.request"].search(domain)

    def action_dismiss(self):
        """End the requests.

        :raise AccessError: the user is no Mindbox manager
        """
        self.ensure_one()
        self.env["mindbox.request"]._check_manager()
        count = self._find_requests()._dismiss(self.why)
        message = self.env._("Requests that are dismissed: %s.", count)
        return notify(message, CLOSE)
