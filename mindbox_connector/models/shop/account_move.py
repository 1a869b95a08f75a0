# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ..capture.mindbox_scope_order import PAID


class AccountMove(models.Model):
    _inherit = "account.move"

    def _compute_field_value(self, field):
        """payment_state is computed: no write() ever sees it change."""
        if field.name != "payment_state":
            return super()._compute_field_value(field)
        before = {move: move.payment_state for move in self if move.id}
        result = super()._compute_field_value(field)
        paid = self.browse(
            move.id
            for move, state in before.items()
            if state not in PAID and move.payment_state in PAID
        )
        paid._mindbox_mark_orders_paid()
        return result

    def _post(self, soft=True):
        """A credit note is a return of money, and of what was never shipped.

        One that is posted again after a correction was told before.
        """
        refunds = self.filtered(
            lambda move: move.move_type == "out_refund" and not move.posted_before
        )
        posted = super()._post(soft=soft)
        for move in posted & refunds:
            move._mindbox_mark_refunded()
        return posted

    def _mindbox_mark_orders_paid(self):
        """An order is paid by invoice once all its invoices are."""
        moves = self.filtered(lambda move: move.move_type == "out_invoice")
        orders = moves.invoice_line_ids.sale_line_ids.order_id
        orders.filtered(
            lambda order: order._mindbox_is_paid_by_invoice()
        )._mindbox_mark("order_status", milestone="paid")

    def _mindbox_mark_refunded(self):
        """Goods are told by the stock when they arrive; here only the rest is."""
        lines = self.invoice_line_ids.filtered("sale_line_ids")
        by_order = lines.grouped(lambda line: line._mindbox_order_line().order_id)
        for order, refunded in by_order.items():
            order._mindbox_mark(
                "order_status",
                milestone="returned",
                lines=[
                    [line._mindbox_order_line().id, line._mindbox_quantity()]
                    for line in refunded
                    if line._mindbox_is_returned_line()
                ],
                refund=self.currency_id._convert(
                    sum(refunded.mapped("price_total")),
                    order.currency_id,
                    self.company_id,
                    self.invoice_date,
                ),
            )
