# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a change of is kept as a version of the scheme."""

from odoo import api, models


class RfmVersioned(models.AbstractModel):
    """Mixin of a scheme and its parts: before the commit, what changed is kept."""

    _name = "rfm.versioned"
    _description = "Part of a Scheme's Versions"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._mark_version()
        return records

    def write(self, vals):
        schemes = self._get_versioned()
        result = super().write(vals)
        (schemes | self._get_versioned())._mark()
        return result

    def unlink(self):
        schemes = self._get_versioned()
        result = super().unlink()
        schemes.exists()._mark()
        return result

    def _mark_version(self):
        self._get_versioned()._mark()

    def _get_versioned(self):
        """Return the schemes that the records are parts of."""
        return self.scheme_id
