# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def write(self, vals):
        """A refund counts when it is done: nobody waits for its post-processing."""
        result = super().write(vals)
        if vals.get("state") == "done":
            refunds = self.sudo().filtered(lambda tx: tx.operation == "refund")
            transactions = refunds | refunds.source_transaction_id
            transactions.sale_order_ids._mindbox_mark_refund()
        return result

    def _post_process(self):
        """An order is paid once its transactions cover it."""
        result = super()._post_process()
        done = self.sudo().filtered(lambda tx: tx.state == "done")
        payments = done.filtered(lambda tx: tx.operation != "refund")
        payments.sale_order_ids._mindbox_mark_paid()
        return result
