# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    mindbox_consent_ids = fields.One2many("mindbox.consent", "partner_id")

    def _on_erase(self):
        """Who is forgotten here must be deleted in Mindbox, too."""
        result = super()._on_erase()
        for partner in self:
            self.env["mindbox.erasure"]._add(partner)
        return result
