# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def migrate(cr, version):
    """Orders remember what Mindbox was told to be given back: so far, by each credit
    note, all of it.
    """
    cr.execute(
        """
        UPDATE sale_order SET mindbox_refunded = credited.amount
          FROM (
            SELECT line.order_id, sum(entry.price_total) AS amount
              FROM sale_order_line line
              JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
              JOIN account_move_line entry ON entry.id = rel.invoice_line_id
              JOIN account_move move ON move.id = entry.move_id
             WHERE move.move_type = 'out_refund' AND move.state = 'posted'
             GROUP BY line.order_id
          ) AS credited
         WHERE credited.order_id = sale_order.id AND mindbox_refunded IS NULL
        """
    )
