# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an order should cost at Mindbox, in SQL, without what the sender makes of it."""

from odoo.tools import SQL

# What the goods and the delivery cost: paying by a card makes them no cheaper.
PRICE = SQL(
    """
    (sale.amount_total - COALESCE(
        (SELECT sum(line.price_total) FROM sale_order_line line
           JOIN loyalty_reward reward ON reward.id = line.reward_id
           JOIN loyalty_program program ON program.id = reward.program_id
          WHERE line.order_id = sale.id
            AND program.program_type IN ('gift_card', 'ewallet')), 0))
    """
)


def get_delivery_cents(endpoint):
    """Return the expression of what the total leaves out."""
    if endpoint.delivery_in_total:
        return SQL("0")
    delivery = SQL(
        """
        (SELECT GREATEST(COALESCE(sum(line.price_total), 0), 0)
           FROM sale_order_line line
           LEFT JOIN loyalty_reward reward ON reward.id = line.reward_id
          WHERE line.order_id = sale.id
            AND (line.is_delivery OR reward.reward_type = 'shipping'))
        """
    )
    return cents(SQL("%s * COALESCE(rate.rate, 1)", delivery))


def get_rates(endpoint):
    """Return the query of the rates at which foreign orders are converted."""
    days = endpoint.env.execute_query(
        SQL(
            """
            SELECT DISTINCT currency_id, company_id, date_order::date
              FROM sale_order WHERE currency_id != %s
            """,
            endpoint.currency_id.id,
        )
    )
    currency, company = endpoint.env["res.currency"], endpoint.env["res.company"]
    rates = [
        SQL(
            "SELECT %s, %s, %s::date, %s::numeric",
            currency_id,
            company_id,
            day,
            currency._get_conversion_rate(
                currency.browse(currency_id),
                endpoint.currency_id,
                company.browse(company_id),
                day,
            ),
        )
        for currency_id, company_id, day in days
    ]
    none = SQL(
        "SELECT 0 AS currency_id, 0 AS company_id, NULL::date AS date,"
        " NULL::numeric AS rate"
    )
    return SQL(" UNION ALL ").join([none, *rates])


def cents(amount):
    """Return the expression of an amount in whole cents: see ``amounts.to_cents``."""
    return SQL(
        "(sign(%(amount)s) * floor(abs(%(amount)s) * 100 + 0.500001))", amount=amount
    )
