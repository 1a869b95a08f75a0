# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an order has come to: conditions of rows of sale_order."""

from odoo import models
from odoo.tools import SQL

PAID = ("paid", "in_payment")
# The type of a carrier that is none: the customer comes to the shop.
PICKED_UP = "in_store"


class MindboxScope(models.AbstractModel):
    _name = "mindbox.scope"
    _inherit = ["mindbox.scope"]

    def _is_placed(self, order):
        """Return the condition of :meth:`sale.order._mindbox_is_placed`."""
        return SQL(
            """
            (%(order)s.state = 'sale'
             OR %(order)s.state = 'sent' AND %(order)s.website_id IS NOT NULL)
            """,
            order=order,
        )

    def _is_cart(self, order):
        """Return the condition of :meth:`sale.order._mindbox_is_cart`."""
        return SQL("(%(o)s.state = 'draft' AND %(o)s.website_id IS NOT NULL)", o=order)

    def _is_paid(self, order):
        """Return the condition that payments or paid invoices cover an order.

        Of one that nothing was given back of: else :mod:`money` decides.
        """
        return SQL(
            """
            (EXISTS (
                SELECT FROM sale_order_transaction_rel rel
                  JOIN payment_transaction tx ON tx.id = rel.transaction_id
                 WHERE rel.sale_order_id = %(order)s.id AND tx.state = 'done'
                HAVING sum(tx.amount) >= %(order)s.amount_total - 0.004)
             OR %(order)s.invoice_status = 'invoiced' AND NOT EXISTS (
                SELECT FROM (%(invoiced)s) AS move
                 WHERE move.move_type IN ('out_invoice', 'out_refund')
                   AND move.payment_state != ALL(%(paid)s)))
            """,
            order=order,
            invoiced=self._get_invoices(order),
            paid=list(PAID),
        )

    def _get_invoices(self, order):
        """Return the query of the posted moves that lines of an order are on."""
        return SQL(
            """
            SELECT move.* FROM sale_order_line line
              JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
              JOIN account_move_line entry ON entry.id = rel.invoice_line_id
              JOIN account_move move ON move.id = entry.move_id
             WHERE line.order_id = %s.id AND move.state = 'posted'
            """,
            order,
        )

    def _is_on_its_way(self, order):
        """Return the condition that a carrier has still to hand over what has left."""
        return SQL(
            """
            (%(order)s.carrier_id IN (
                SELECT id FROM delivery_carrier WHERE delivery_type != %(picked_up)s)
             AND EXISTS (
                SELECT FROM stock_picking picking
                  JOIN stock_location there ON there.id = picking.location_dest_id
                 WHERE picking.sale_id = %(order)s.id AND picking.state = 'done'
                   AND there.usage = 'customer' AND picking.delivered_at IS NULL))
            """,
            order=order,
            picked_up=PICKED_UP,
        )

    def _was_placed(self, order):
        """Return the condition that a cancelled order was one before: a cancelled cart
        was never paid, delivered, invoiced or told as an order.
        """
        return SQL(
            """
            (EXISTS (SELECT FROM stock_picking WHERE sale_id = %(order)s.id)
             OR EXISTS (
                SELECT FROM sale_order_transaction_rel rel
                  JOIN payment_transaction tx ON tx.id = rel.transaction_id
                 WHERE rel.sale_order_id = %(order)s.id
                   AND tx.state IN ('pending', 'authorized', 'done'))
             OR EXISTS (
                SELECT FROM sale_order_line line
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                 WHERE line.order_id = %(order)s.id)
             OR EXISTS (
                SELECT FROM mindbox_ledger known
                 WHERE known.kind = 'orders' AND known.res_id = %(order)s.id))
            """,
            order=order,
        )

    def _may_be_divided(self, order):
        """Return the condition that something of an order may not be kept as it was
        ordered: whether it is so, only its quantities and its money say.
        """
        return SQL(
            """
            (EXISTS (
                SELECT FROM sale_order_line line
                  JOIN stock_move move ON move.sale_line_id = line.id
                  JOIN stock_location here ON here.id = move.location_id
                 WHERE line.order_id = %(order)s.id
                   AND (here.usage = 'customer' OR move.state = 'cancel'
                        OR move.quantity < move.product_uom_qty
                           AND move.state = 'done'))
             OR EXISTS (
                SELECT FROM sale_order_line line
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                  JOIN account_move_line entry ON entry.id = rel.invoice_line_id
                  JOIN account_move move ON move.id = entry.move_id
                 WHERE line.order_id = %(order)s.id
                   AND move.move_type = 'out_refund')
             OR EXISTS (
                SELECT FROM sale_order_transaction_rel rel
                  JOIN payment_transaction tx
                    ON rel.transaction_id IN (tx.id, tx.source_transaction_id)
                 WHERE rel.sale_order_id = %(order)s.id
                   AND tx.operation = 'refund'))
            """,
            order=order,
        )
