# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is taken off single orders: credit notes, returns, deliveries.

An order is given back as a whole where nothing is left at the customer, or all of the
amount was credited: it counts for nothing then.
"""

from odoo.tools import SQL

from .days import utc_end

# Posted credit notes by the lines they give back, in the currency of the company.
CREDITED = """
    SELECT s.order_id, l.%(price)s
           / COALESCE(NULLIF(m.invoice_currency_rate, 0), 1) AS credited,
           0 AS delivery, FALSE AS returned
      FROM account_move m
      JOIN account_move_line l ON l.move_id = m.id
      JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = l.id
      JOIN sale_order_line s ON s.id = rel.order_line_id
     WHERE m.move_type = 'out_refund' AND m.state = 'posted'
       AND m.company_id = %(company)s AND m.invoice_date <= %(today)s
       AND l.display_type = 'product'
       AND s.is_downpayment IS NOT TRUE %(goods)s
"""
# Orders of which something came back, and nothing is left at the customer.
RETURNED = """
    SELECT s.order_id, 0, 0, TRUE
      FROM sale_order_line s
     WHERE s.display_type IS NULL AND s.is_delivery IS NOT TRUE
       AND s.order_id IN (
           SELECT r.order_id
             FROM stock_move back
             JOIN sale_order_line r ON r.id = back.sale_line_id
            WHERE back.origin_returned_move_id IS NOT NULL
              AND back.state = 'done' AND back.date < %(end)s
       )
     GROUP BY s.order_id HAVING max(s.qty_delivered) <= 0
"""
# The price of the delivery, where it does not count.
DELIVERY_LINES = """
    UNION ALL
    SELECT order_id, 0, %s, FALSE FROM sale_order_line WHERE is_delivery
"""
# All of it by order.
CORRECTIONS = """
    WITH given_back AS (%(credited)s UNION ALL %(returned)s %(delivery)s)
    SELECT g.order_id, sum(g.credited) AS credited,
           sum(g.delivery) AS delivery,
           bool_or(g.returned) OR (
               sum(g.credited) > 0 AND sum(g.credited) >=
               (o.%(amount)s - sum(g.delivery))
               / COALESCE(NULLIF(o.currency_rate, 0), 1) - 0.005
           ) AS returned
      FROM given_back g JOIN sale_order o ON o.id = g.order_id
     WHERE o.company_id = %(company)s AND o.state = 'sale'
     GROUP BY g.order_id, o.id
"""
# Amounts with or without taxes -> column of a line.
PRICE_FIELDS = {"untaxed": "price_subtotal", "total": "price_total"}


def corrections_sql(scheme, today):
    """Return the query of what is taken off orders: credited, delivery, returned."""
    price = SQL.identifier(PRICE_FIELDS[scheme.amount_basis])
    goods = delivery = SQL()
    if not scheme.include_delivery:
        goods = SQL("AND s.is_delivery IS NOT TRUE")
        delivery = SQL(DELIVERY_LINES, price)
    company = scheme.company_id.id
    return SQL(
        CORRECTIONS,
        credited=SQL(CREDITED, price=price, company=company, today=today, goods=goods),
        returned=SQL(RETURNED, end=utc_end(today, scheme.tz)),
        delivery=delivery,
        amount=SQL.identifier(f"amount_{scheme.amount_basis}"),
        company=company,
    )
