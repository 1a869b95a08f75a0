# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _action_done(self):
        """Goods have left, or come back."""
        result = super()._action_done()
        done = self.filtered(lambda picking: picking.state == "done")
        outgoing = done.filtered(lambda p: p.picking_type_code == "outgoing")
        for order in outgoing.sale_id:
            order._mindbox_mark("order_status", milestone=order._mindbox_shipped())
        done.move_ids._mindbox_mark_returned()
        return result
