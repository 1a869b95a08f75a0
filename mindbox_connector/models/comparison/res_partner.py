# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    def _on_erase(self):
        result = super()._on_erase()
        self.env["mindbox.difference"]._forget(self)
        return result
