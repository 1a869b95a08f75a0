# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product"]

    def _mindbox_mark_mapped(self):
        """The feed tells the rest when it is built the next time."""
        self._mindbox_mark_offer()
