# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    def _mindbox_mark_mapped(self):
        self._mindbox_mark("customer_edit")

    def _mindbox_profile(self, endpoint):
        profile = super()._mindbox_profile(endpoint)
        return profile | endpoint._get_custom_part(self)
