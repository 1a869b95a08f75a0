# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order"]

    def _mindbox_mark_mapped(self):
        """Mark orders; a cart tells of its goods alone."""
        placed = self.filtered(lambda order: order._mindbox_is_placed())
        placed._mindbox_mark_update()

    def _mindbox_delivery_part(self, endpoint):
        part = super()._mindbox_delivery_part(endpoint)
        custom = part.get("customFields", {}) | endpoint._get_custom_fields(self)
        return part | {"customFields": custom} if custom else part


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line"]

    def _mindbox_mark_mapped(self):
        self.order_id._mindbox_mark_mapped()

    def _mindbox_order_line(self, endpoint, number, cents, rate):
        line = super()._mindbox_order_line(endpoint, number, cents, rate)
        return line | endpoint._get_custom_part(self)
