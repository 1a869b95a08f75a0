# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

CHANNELS = ("sms", "viber")


class PhoneBlacklist(models.Model):
    _inherit = "phone.blacklist"

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        entries.filtered("active")._mindbox_decide()
        return entries

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            self._mindbox_decide()
        return result

    def _mindbox_decide(self):
        """Who is blacklisted does not want messages, and the other way round."""
        for active, entries in self.grouped("active").items():
            self.env["mindbox.consent"]._decide_for_contact(
                "phone_sanitized",
                entries.mapped("number"),
                ["sms", "viber"],
                not active,
            )
