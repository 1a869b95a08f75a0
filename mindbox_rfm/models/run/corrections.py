# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is taken off single orders: credit notes, returns, deliveries. A gift card takes
nothing off: it pays.

An order is given back as a whole where nothing is left at the customer, or all of the
amount was credited: it counts for nothing then.
"""

from odoo.tools import SQL

from odoo.addons.mindbox_connector.models.shop.sale_order_line import PAYMENT_TYPES

from .days import utc_end

# What posted credit notes take off the lines of orders, in the currency of the order.
# What is invoiced a second time is no gift: see get_credited() of the connector.
CREDITED = """
    SELECT order_id,
           sign * GREATEST(0, sign * credited - GREATEST(0, sign * (invoiced - price)))
           AS credited, 0 AS delivery, 0 AS paid, FALSE AS returned
      FROM (
          SELECT s.order_id, s.%(price)s AS price,
                 CASE WHEN s.%(price)s < 0 THEN -1 ELSE 1 END AS sign,
                 COALESCE(sum(%(in_order)s) FILTER (
                     WHERE m.move_type = 'out_invoice' AND m.state != 'cancel'
                 ), 0) AS invoiced,
                 sum(%(in_order)s) FILTER (WHERE %(is_credit)s) AS credited
            FROM sale_order_line s
            JOIN sale_order o ON o.id = s.order_id
            JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = s.id
            JOIN account_move_line l ON l.id = rel.invoice_line_id
            JOIN account_move m ON m.id = l.move_id
           WHERE l.display_type = 'product' AND m.company_id = ANY(%(companies)s)
             AND s.is_downpayment IS NOT TRUE %(goods)s %(touched)s
             AND s.id IN (
                 SELECT rel.order_line_id
                   FROM account_move m
                   JOIN account_move_line l ON l.move_id = m.id
                   JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = l.id
                  WHERE %(is_credit)s
             )
           GROUP BY s.id
      ) line
"""
IS_CREDIT = """
    m.move_type = 'out_refund' AND m.state = 'posted' AND m.invoice_date <= %(today)s
"""
# The price of a line of an invoice, in the currency of the order.
IN_ORDER = """
    CASE WHEN m.currency_id = o.currency_id THEN l.%(price)s
         ELSE l.%(price)s / COALESCE(NULLIF(m.invoice_currency_rate, 0), 1)
              * COALESCE(NULLIF(o.currency_rate, 0), 1) END
"""
# Lines of credit notes that name no line of an order: of the order whose invoice they
# reverse; of the first one, where it was for several.
CREDITED_FREELY = """
    SELECT o.id, %(in_order)s, 0, 0, FALSE
      FROM account_move m
      JOIN account_move_line l ON l.move_id = m.id
      JOIN (
          SELECT sold.move_id, min(s.order_id) AS order_id
            FROM account_move_line sold
            JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = sold.id
            JOIN sale_order_line s ON s.id = rel.order_line_id
           WHERE sold.move_id IN (
                 SELECT m.reversed_entry_id FROM account_move m WHERE %(is_credit)s
           ) %(touched)s
           GROUP BY sold.move_id
      ) invoiced ON invoiced.move_id = m.reversed_entry_id
      JOIN sale_order o ON o.id = invoiced.order_id
     WHERE %(is_credit)s AND l.display_type = 'product'
       AND m.company_id = ANY(%(companies)s)
       AND NOT EXISTS (
           SELECT FROM sale_order_line_invoice_rel rel WHERE rel.invoice_line_id = l.id
       )
"""
# Orders of which something came back, nothing is left at the customer, and nothing is
# to come.
RETURNED = """
    SELECT s.order_id, 0, 0, 0, TRUE
      FROM sale_order_line s
     WHERE s.display_type IS NULL AND s.is_delivery IS NOT TRUE
       AND s.order_id IN (
           SELECT r.order_id
             FROM stock_move back
             JOIN sale_order_line r ON r.id = back.sale_line_id
            WHERE back.origin_returned_move_id IS NOT NULL
              AND back.state = 'done' AND back.date < %(end)s
       )
       AND s.order_id NOT IN (
           SELECT r.order_id
             FROM stock_move later
             JOIN sale_order_line r ON r.id = later.sale_line_id
             JOIN stock_location place ON place.id = later.location_dest_id
            WHERE later.state NOT IN ('draft', 'done', 'cancel')
              AND place.usage = 'customer'
       ) %(touched)s
     GROUP BY s.order_id HAVING max(s.qty_delivered) <= 0
"""
# The price of the delivery, where it does not count.
DELIVERY_LINES = """
    UNION ALL
    SELECT s.order_id, 0, s.%(price)s, 0, FALSE
      FROM sale_order_line s WHERE s.is_delivery %(touched)s
"""
# What was paid with gift cards and e-wallets: for Odoo it makes the order cheaper.
PAID_BY_CARD = """
    SELECT s.order_id, 0, 0, -s.%(price)s, FALSE
      FROM sale_order_line s
      JOIN loyalty_reward reward ON reward.id = s.reward_id
      JOIN loyalty_program program ON program.id = reward.program_id
     WHERE s.reward_id IS NOT NULL AND program.program_type = ANY(%(payments)s)
       %(touched)s
"""
# Only the orders of some contacts.
OF_TOUCHED = """
    AND s.order_id IN (SELECT id FROM sale_order WHERE partner_id = ANY(%s))
"""
# All of it by order.
CORRECTIONS = """
    WITH given_back AS (
        %(credited)s UNION ALL %(freely)s UNION ALL %(returned)s
        UNION ALL %(paid)s %(delivery)s
    )
    SELECT g.order_id, sum(g.credited) + sum(g.delivery) - sum(g.paid) AS taken_off,
           sum(g.paid) AS paid,
           bool_or(g.returned) OR (
               sum(g.credited) > 0 AND sum(g.credited) >=
               o.%(amount)s + sum(g.paid) - sum(g.delivery) - 0.005
           ) AS returned
      FROM given_back g JOIN sale_order o ON o.id = g.order_id
     WHERE o.company_id = ANY(%(companies)s) AND o.state = 'sale'
     GROUP BY g.order_id, o.id
"""
# Amounts with or without taxes -> column of a line.
PRICE_FIELDS = {"untaxed": "price_subtotal", "total": "price_total"}


def corrections_sql(scheme, today, contacts=None):
    """Return the query of what is taken off orders: taken off, paid, returned.

    :param contacts: list of the IDs of contacts, if only their orders are asked for
    """
    values = {
        "price": SQL.identifier(PRICE_FIELDS[scheme.amount_basis]),
        "companies": scheme._get_companies().ids,
        "today": today,
        "end": utc_end(today, scheme.tz),
        "amount": SQL.identifier(f"amount_{scheme.amount_basis}"),
        "goods": SQL(),
        "payments": list(PAYMENT_TYPES),
        "touched": SQL() if contacts is None else SQL(OF_TOUCHED, contacts),
    }
    delivery = SQL()
    if not scheme.include_delivery:
        values["goods"] = SQL("AND s.is_delivery IS NOT TRUE")
        delivery = SQL(DELIVERY_LINES, **values)
    values["is_credit"] = SQL(IS_CREDIT, **values)
    values["in_order"] = SQL(IN_ORDER, **values)
    return SQL(
        CORRECTIONS,
        credited=SQL(CREDITED, **values),
        freely=SQL(CREDITED_FREELY, **values),
        returned=SQL(RETURNED, **values),
        paid=SQL(PAID_BY_CARD, **values),
        delivery=delivery,
        **values,
    )
