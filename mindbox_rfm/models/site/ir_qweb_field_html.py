# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from .conditions import cut


class IrQwebFieldHtml(models.AbstractModel):
    _name = "ir.qweb.field.html"
    _inherit = ["ir.qweb.field.html"]

    @api.model
    def value_to_html(self, value, options):
        """Blocks can be dragged from a page into a field, too."""
        value = cut(value, self.env["ir.qweb"]._is_rfm_shown)
        return super().value_to_html(value, options)
