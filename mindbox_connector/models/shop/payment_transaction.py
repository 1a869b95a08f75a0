# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _post_process(self):
        """An order is paid once its transactions cover it."""
        result = super()._post_process()
        orders = self.filtered(lambda tx: tx.state == "done").sale_order_ids
        orders.filtered(lambda order: order._mindbox_is_paid_online())._mindbox_mark(
            "order_status", milestone="paid"
        )
        return result
