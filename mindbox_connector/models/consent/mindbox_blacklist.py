# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class MindboxBlacklist(models.AbstractModel):
    """Mixin of Odoo's blacklists: who is listed does not want to hear from us."""

    _name = "mindbox.blacklist"
    _description = "Blacklist that Mindbox Hears of"
    # The field of the contact that is listed, and in which field of the blacklist.
    _mindbox_contact_field = None
    _mindbox_listed_field = None
    _mindbox_channels = ()

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
        """Who is blacklisted does not want messages, and the other way round."""
        for active, entries in self.grouped("active").items():
            self.env["mindbox.consent"]._decide_for_contact(
                self._mindbox_contact_field,
                entries.mapped(self._mindbox_listed_field),
                self._mindbox_channels,
                not active,
            )
