# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from .mindbox_source import PREPARED


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    def _on_erase(self):
        """What this very transaction was about to record is forgotten, too."""
        result = super()._on_erase()
        for model, ids in self._get_mindbox_records().items():
            self.env[model].browse(ids)._mindbox_unmark()
        self._mindbox_drop_prepared()
        return result

    def _mindbox_drop_prepared(self):
        """Forget the rows of these contacts that wait for the commit."""
        rows = self.env.cr.precommit.data.get(PREPARED, [])
        ids = set(self.ids)
        rows[:] = [row for row in rows if row["partner_id"] not in ids]
