# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from .conditions import NAMES


class IrUiView(models.Model):
    _name = "ir.ui.view"
    _inherit = ["ir.ui.view"]

    @api.model
    def _get_allowed_root_attrs(self):
        """Keep the condition of a block that is a view of its own."""
        return [*super()._get_allowed_root_attrs(), *NAMES]
