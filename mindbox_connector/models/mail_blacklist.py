# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class MailBlacklist(models.Model):
    _inherit = "mail.blacklist"

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        # An entry made inactive was never an opt-out, so there is nothing to take back.
        entries.filtered("active")._mindbox_decide()
        return entries

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            self._mindbox_decide()
        return result

    def _mindbox_decide(self):
        """Who is blacklisted does not want e-mails, and the other way round."""
        for active, entries in self.grouped("active").items():
            self.env["mindbox.consent"]._decide_for_contact(
                "email_normalized", entries.mapped("email"), ["email"], not active
            )
