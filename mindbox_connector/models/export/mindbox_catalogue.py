# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from types import MappingProxyType

from odoo import api, models
from odoo.tools import ormcache


class MindboxCatalogue(models.AbstractModel):
    """What Mindbox can be asked for: each an entry, and methods of the export.

    ``_conditions_CODE`` says what is asked for, ``_record_CODE`` takes some rows, and
    ``_finish_CODE`` follows on the last of them.
    """

    _name = "mindbox.catalogue"
    _inherit = ["mindbox.catalogue"]

    @api.model
    def _export_kinds(self):
        """Return {code: :class:`~.kinds.ExportKind`}; extend it with ``super()``."""
        return {}

    @api.model
    @ormcache()
    def _get_export_kinds(self):
        """Return the same, read-only and cached until settings change."""
        return MappingProxyType(self._export_kinds())

    @api.model
    def _get_export_selection(self):
        """Return [(code, label)] of the kinds, in the reader's language."""
        return self._label(self._get_export_kinds())
