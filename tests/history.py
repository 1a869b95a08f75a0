"""Years of a shop, made in SQL: customers with awkward names, and their orders."""

CUSTOMERS = """
    INSERT INTO res_partner (
        name, complete_name, email, email_normalized, phone, active, type,
        partner_share, is_company, autopost_bills, supplier_rank, customer_rank,
        create_date, write_date
    )
    SELECT names[1 + n %% 8] || ' ' || n, 'x', mail, mail,
           '+3247' || lpad(n::text, 7, '0'), TRUE, 'contact', TRUE, FALSE, 'ask', 0, 0,
           moment, moment
      FROM (
          SELECT n, CASE WHEN n %% 50 != 0 THEN 'h' || n || '@example.com' END AS mail,
                 timestamp '2020-01-01' + interval '1 minute' * n AS moment,
                 ARRAY['Anna', 'O"Hara; Mary', 'Тест "Тестов"', E'Two\nLines',
                       'Comma, Inc', ' ;;', '=cmd()', 'Zoë''s'] AS names
            FROM generate_series(1, %(customers)s) n
      ) made
    RETURNING id
"""
ORDERS = """
    INSERT INTO sale_order (
        name, company_id, partner_id, partner_invoice_id, partner_shipping_id, state,
        date_order, currency_id, currency_rate, amount_untaxed, amount_tax,
        amount_total, picking_policy, create_date, write_date, website_id
    )
    SELECT 'H' || n, company.id, p, p, p,
           CASE WHEN n %% 25 = 0 THEN 'sent' ELSE 'sale' END,
           moment, company.currency_id, 1, 0, 0, 0, 'direct', moment, moment,
           CASE WHEN n %% 25 = 0 THEN (SELECT min(id) FROM website) END
      FROM (
          SELECT n, %(first)s + n %% %(customers)s AS p,
                 timestamp '2021-01-01' + interval '1 minute' * n AS moment
            FROM generate_series(1, %(orders)s) n
      ) made, res_company company WHERE company.id = %(company)s
    RETURNING id
"""
# Most orders have one or two lines; one of 40 has a discount line, one of 3 delivery.
LINES = """
    INSERT INTO sale_order_line (
        order_id, name, product_id, product_uom_id, product_uom_qty, price_unit,
        price_total, price_subtotal, price_tax, discount, customer_lead, state,
        company_id, currency_id, sequence, is_delivery, is_downpayment
    )
    SELECT sale.id, 'x', product.id, template.uom_id, quantity, price,
           round(quantity * price, 2), round(quantity * price, 2), 0, 0, 0, 'sale',
           sale.company_id, sale.currency_id, place, kind = 'delivery', FALSE
      FROM sale_order sale
      JOIN LATERAL (
          SELECT 1, 'goods', (1 + sale.id %% 3)::numeric, 0.99 + sale.id %% 97
          UNION ALL SELECT 2, 'goods', 0.5, 10.01 + sale.id %% 13 WHERE sale.id %% 2 = 0
          UNION ALL SELECT 3, 'delivery', 1, 4.95 WHERE sale.id %% 3 = 0
          UNION ALL SELECT 4, 'discount', 1, -0.31 WHERE sale.id %% 40 = 0
      ) AS made (place, kind, quantity, price) ON TRUE
      JOIN product_product product
        ON product.id = (%(products)s)[1 + (sale.id + place) %% %(product_count)s]
      JOIN product_template template ON template.id = product.product_tmpl_id
     WHERE sale.id >= %(first_order)s
"""
TOTALS = """
    UPDATE sale_order SET amount_total = lines.total, amount_untaxed = lines.total
      FROM (SELECT order_id, sum(price_total) AS total FROM sale_order_line
             WHERE order_id >= %(first_order)s GROUP BY order_id) AS lines
     WHERE lines.order_id = sale_order.id
"""
# The number of each order, its total, and what of that is for the delivery.
SUMS = """
    SELECT sale.name, sale.amount_total::text, COALESCE(sum(line.price_total)
               FILTER (WHERE line.is_delivery), 0)::text
      FROM sale_order sale JOIN sale_order_line line ON line.order_id = sale.id
     WHERE sale.id >= %s GROUP BY sale.id
"""
GOODS = """
    SELECT product.id FROM product_product product
      JOIN product_template template ON template.id = product.product_tmpl_id
     WHERE template.type = 'consu' AND template.sale_ok AND product.active
     ORDER BY product.id LIMIT 40
"""


def make(cursor, customers, orders, company=1):
    """Fill the tables of a shop.

    :return: dict with ``customers`` and ``orders``: the IDs that were made
    """
    cursor.execute(GOODS)
    products = [row[0] for row in cursor.fetchall()]
    cursor.execute(CUSTOMERS, {"customers": customers})
    made = {"customers": [row[0] for row in cursor.fetchall()]}
    values = {
        "customers": customers,
        "orders": orders,
        "company": company,
        "first": made["customers"][0],
        "products": products,
        "product_count": len(products),
    }
    cursor.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE id >= %(first)s",
        values,
    )
    cursor.execute(ORDERS, values)
    made["orders"] = [row[0] for row in cursor.fetchall()]
    values["first_order"] = made["orders"][0]
    cursor.execute(LINES, values)
    cursor.execute(TOTALS, values)
    cursor.execute("ANALYZE res_partner, sale_order, sale_order_line")
    return made


def make_in(database, customers, orders):
    """Fill the tables of a database, and commit."""
    import psycopg2

    connection = psycopg2.connect(dbname=database)
    try:
        with connection, connection.cursor() as cursor:
            return make(cursor, customers, orders)
    finally:
        connection.close()
