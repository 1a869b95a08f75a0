# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    def unlink(self):
        result = super().unlink()
        self.env["rfm.experiment.member"]._let_go(self)
        return result

    def _on_erase(self):
        """What they bought stays as a number, who they were does not."""
        result = super()._on_erase()
        self.env["rfm.experiment.member"]._let_go(self)
        return result
