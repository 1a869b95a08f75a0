# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What gets lost of a customer's name on the way, told before it is lost."""

from odoo import models

from .names import find_name_problem


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    def _mindbox_find_name_problem(self, endpoint):
        """Return what of the name gets lost, as a reason, or None."""
        name_format = "full" if self.is_company else endpoint.name_format
        return find_name_problem(self.name, name_format, endpoint.name_alphabet)

    def _mindbox_explain_silence(self):
        """A name that does not arrive as it is belongs to what must be known here."""
        silence = super()._mindbox_explain_silence()
        if silence or not self.sudo()._mindbox_customer():
            return silence
        for endpoint in self.sudo()._mindbox_endpoints(False):
            if problem := self.sudo()._mindbox_find_name_problem(endpoint):
                return self.env["mindbox.reason"]._say(*problem)
        return silence
