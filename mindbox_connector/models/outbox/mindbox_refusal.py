# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What follows when Mindbox refuses a request, in its answer or later in its log."""

import uuid

from odoo import fields, models

from ...answers import MISSING
from .lanes import get_missing_attempts
from .mindbox_hold import get_retry_delay


class MindboxRequest(models.Model):
    _name = "mindbox.request"
    _inherit = ["mindbox.request"]

    instead_of = fields.Selection(
        lambda self: self.env["mindbox.catalogue"]._get_selection(),
        string="Sent Instead Of",
        readonly=True,
        help="The event that Mindbox has refused: it is told as this one.",
    )

    def _refuse(self, reason):
        """Do what can be done about an accepted request that was not processed.

        It goes as another event, or again where its cause may pass.

        :param Reason reason: what Mindbox says
        :return: whether it is taken care of; else somebody has to act
        """
        self.ensure_one()
        if self._send_instead(reason):
            return True
        most = get_missing_attempts(reason)
        if reason.code in MISSING and self.missing_attempts + 1 < most:
            self._wait_again(reason)
            return True
        return False

    def _send_instead(self, reason):
        """Hook: send another event where this one is refused for such a reason.

        :return: whether it is sent as another one, and this request has ended
        """
        return False

    def _wait_again(self, reason):
        """Have it sent again later, with a new key: nothing of it was processed."""
        now = fields.Datetime.now()
        delay = get_retry_delay(self.missing_attempts + 1, failing=False)
        values = {
            "state": "pending",
            "missing_attempts": self.missing_attempts + 1,
            "next_attempt_at": now + delay,
            "sent_at": False,
            "outcome": False,
            "processed_at": False,
            "transaction_id": str(uuid.uuid4()),
            "may_have_left": False,
            **reason.get_values(),
        }
        if self.merge_key:
            values["payload"] = False
        self.write(values)
        self.endpoint_id._kick_after_commit()
