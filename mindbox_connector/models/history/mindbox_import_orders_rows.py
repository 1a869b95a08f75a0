# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the database says of orders: rows of dicts, many orders at once."""

from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from .mindbox_import_customers import get_included


class MindboxImportOrders(models.AbstractModel):
    _name = "mindbox.import.orders"
    _inherit = ["mindbox.import.orders"]

    def _get_orders(self, run, ids):
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT sale.id, %(reference)s::varchar AS reference, sale.partner_id,
                       sale.date_order, sale.amount_total::float8, sale.currency_id,
                       GREATEST(sale.date_order, sale.write_date) AS changed_at,
                       sale.state, sale.delivery_status, %(paid)s AS paid,
                       sale.carrier_id IS NOT NULL AND EXISTS (
                           SELECT 1 FROM stock_picking picking
                             JOIN stock_location there
                               ON there.id = picking.location_dest_id
                            WHERE picking.sale_id = sale.id
                              AND picking.state = 'done'
                              AND there.usage = 'customer'
                              AND picking.delivered_at IS NULL
                       ) AS with_carrier,
                       %(returned)s AS returned
                  FROM sale_order sale WHERE sale.id = ANY(%(ids)s)
                 ORDER BY sale.id
                """,
                reference=SQL.identifier("sale", run.endpoint_id.order_ref),
                paid=self._paid(),
                returned=self._returned(),
                ids=ids,
            )
        )

    def _paid(self):
        """Return the condition that an order is paid, as its milestones tell it."""
        return SQL(
            """
            (EXISTS (
                SELECT FROM sale_order_transaction_rel rel
                  JOIN payment_transaction tx ON tx.id = rel.transaction_id
                 WHERE rel.sale_order_id = sale.id AND tx.state = 'done'
                HAVING sum(tx.amount) >= sale.amount_total - 0.004)
             OR sale.invoice_status = 'invoiced' AND NOT EXISTS (
                SELECT FROM sale_order_line line
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                  JOIN account_move_line entry ON entry.id = rel.invoice_line_id
                  JOIN account_move move ON move.id = entry.move_id
                 WHERE line.order_id = sale.id AND move.state = 'posted'
                   AND move.payment_state NOT IN ('paid', 'in_payment')))
            """
        )

    def _returned(self):
        """Return the condition that something of an order may have come back."""
        return SQL(
            """
            EXISTS (
                SELECT FROM sale_order_line line
                  JOIN stock_move move ON move.sale_line_id = line.id
                 WHERE line.order_id = sale.id AND move.to_refund
                   AND move.state = 'done')
             OR EXISTS (
                SELECT FROM sale_order_line line
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                  JOIN account_move_line entry ON entry.id = rel.invoice_line_id
                  JOIN account_move move ON move.id = entry.move_id
                 WHERE line.order_id = sale.id AND move.state = 'posted'
                   AND move.move_type = 'out_refund')
            """
        )

    def _get_lines(self, run, ids):
        """Return {order ID: rows of its lines}, each saying whether it is plain goods.

        Plain goods need none of the rules for rewards, discounts, units and returns.
        """
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id, line.order_id, line.price_total::float8,
                       line.product_uom_qty::float8 AS quantity,
                       line.discount::float8, line.product_id, line.is_delivery,
                       %(reference)s::varchar AS product_ref,
                       line.product_id IS NOT NULL
                       AND line.is_downpayment IS NOT TRUE
                       AND line.reward_id IS NULL
                       AND line.price_total >= 0 AND line.product_uom_qty > 0
                       AND COALESCE(line.discount, 0) < 100
                       AND line.product_uom_id = template.uom_id
                       AND template.type != 'combo' AS is_plain
                  FROM sale_order_line line
                  LEFT JOIN product_product product ON product.id = line.product_id
                  LEFT JOIN product_template template
                         ON template.id = product.product_tmpl_id
                 WHERE line.order_id = ANY(%(ids)s) AND line.display_type IS NULL
                 ORDER BY line.order_id, line.sequence, line.id
                """,
                reference=SQL.identifier("product", run.endpoint_id.product_ref),
                ids=ids,
            )
        )
        lines = defaultdict(list)
        for row in rows:
            lines[row["order_id"]].append(row)
        return lines

    def _get_customers(self, run, partner_ids):
        """Return {partner ID: ID of the customer, None where it is none for Mindbox}.

        By the rules of :meth:`res.partner._mindbox_customer`, in SQL.
        """
        customers = dict.fromkeys(partner_ids)
        customers.update(
            self.env.execute_query(
                SQL(
                    """
                    WITH RECURSIVE climb AS (
                        SELECT id AS start, id, type, parent_id, partner_share
                          FROM res_partner WHERE id = ANY(%(ids)s)
                        UNION ALL
                        SELECT climb.start, above.id, above.type, above.parent_id,
                               above.partner_share
                          FROM climb JOIN res_partner above
                            ON above.id = climb.parent_id
                         WHERE climb.type != 'contact'
                    )
                    SELECT start, id FROM climb
                     WHERE (type = 'contact' OR parent_id IS NULL)
                       AND partner_share AND id != ALL(%(public)s) AND %(included)s
                    """,
                    ids=list(partner_ids),
                    public=list(self.env["res.partner"]._mindbox_public_ids()),
                    included=get_included(run.endpoint_id, SQL("id")),
                )
            )
        )
        return customers
