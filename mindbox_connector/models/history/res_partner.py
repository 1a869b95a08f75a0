# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    def _on_erase(self):
        result = super()._on_erase()
        records = self._get_mindbox_records()
        self.env["mindbox.import.chunk"]._forget_records(records)
        return result

    def _get_mindbox_knowers(self):
        """A file may be on its way, or in the hands of who uploads it."""
        knowers = super()._get_mindbox_knowers()
        chunks = self.env["mindbox.import.chunk"]._find_holding(self._name, self.ids)
        for chunk in chunks:
            told = {row["res_id"] for row in chunk._get_told()}
            for partner in self.filtered(lambda p, told=told: p.id in told):
                knowers[partner] |= chunk.import_id.endpoint_id
        return knowers
