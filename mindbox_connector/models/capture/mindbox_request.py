# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A request that Mindbox refuses may be told as another event, once."""

from odoo import models

from ...answers import MISSING, tells_of_known
from ...reasons import Reason


class MindboxRequest(models.Model):
    _name = "mindbox.request"
    _inherit = ["mindbox.request"]

    def _send_instead(self, reason):
        """What is known already is edited, what is not known is made: by the catalogue.

        What was merged into the refused request goes along. Only once: what is refused
        as both is for somebody to look at.
        """
        if super()._send_instead(reason):
            return True
        other = self._get_instead(reason)
        record = other and self.env[self.res_model].browse(self.res_id).exists()
        if not record or not self.endpoint_id._get_operation(other):
            return False
        words = {"cleared": self.cleared, "left": self.sudo().left_contacts}
        facts = {name: set(text.split()) for name, text in words.items() if text}
        record._mindbox_mark(other, instead_of={self.event}, **facts)
        ended = Reason("sent_instead", {"event": other})
        self.write({"state": "skipped", **ended.get_values()})
        return True

    def _get_instead(self, reason):
        """Return the event to send after such a refusal, None where there is none."""
        event = self.env["mindbox.catalogue"]._get_events().get(self.event)
        if not event or self.instead_of:
            return None
        if reason.code in MISSING:
            return event.if_missing
        return event.instead if tells_of_known(reason) else None
