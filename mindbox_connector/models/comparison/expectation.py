# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Mindbox should know by an integration point: the rules of the events, in SQL."""

from odoo.tools import SQL

from ..shop.names import MAX_EMAIL

NOTHING_EXPECTED = """
SELECT NULL::varchar AS kind, NULL::int4 AS res_id, NULL::int4 AS partner_id,
       NULL::date AS date, NULL::numeric AS amount, NULL::timestamp AS changed_at,
       NULL::timestamp AS created_at
 WHERE FALSE
"""


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


class Expectation:
    """The records that belong into Mindbox by one integration point.

    The same rules decide as when events are recorded: customers, their filter, carts
    that are none yet, websites and companies. For all records at once.
    """

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.env = endpoint.env
        self.scope = endpoint.env["mindbox.scope"]

    def get_query(self, kinds):
        """Return the query of all that Mindbox should know.

        :param kinds: codes of kinds; one of another add-on asks its own model, by
            ``_mindbox_expected(endpoint)``
        :return: SQL of kind, res_id, partner_id, date, amount, changed_at, created_at
        """
        queries = {
            "customers": self._select_customers,
            "orders": self._select_orders,
            "cards": self._select_cards,
        }
        others = self.env["mindbox.catalogue"]._get_kinds()
        parts = [
            SQL(
                "SELECT %s AS kind, expected.* FROM (%s) AS expected",
                kind,
                queries[kind]()
                if kind in queries
                else self.env[others[kind].model]._mindbox_expected(self.endpoint),
            )
            for kind in kinds
        ]
        return SQL(" UNION ALL ").join(parts or [SQL(NOTHING_EXPECTED)])

    # === THE THREE KINDS === #

    def _select_customers(self):
        """Customers with a contact; who is known already stays so without one."""
        return SQL(
            """
            SELECT customer.id AS res_id, customer.id AS partner_id,
                   customer.create_date::date AS date, NULL::numeric AS amount,
                   customer.write_date AS changed_at, customer.create_date AS created_at
              FROM (%(customers)s) AS customer
             WHERE length(customer.email_normalized) BETWEEN 1 AND %(longest)s
                OR customer.phone ~ '[0-9]'
                OR EXISTS (SELECT FROM mindbox_ledger known
                            WHERE known.endpoint_id = %(endpoint)s
                              AND known.kind = 'customers'
                              AND known.res_id = customer.id)
            """,
            customers=self.scope._get_customers(self.endpoint),
            longest=MAX_EMAIL,
            endpoint=self.endpoint.id,
        )

    def _select_orders(self):
        """Orders that are placed, with what their body says as the total."""
        return SQL(
            """
            SELECT sale.id AS res_id, sale.mindbox_customer_id AS partner_id,
                   sale.date_order::date AS date,
                   -- Nobody knows whether it was told before it came back.
                   CASE WHEN NOT %(returned)s
                        THEN (%(total)s - %(delivery)s)::numeric / 100 END AS amount,
                   sale.write_date AS changed_at, sale.create_date AS created_at
              FROM (%(orders)s) AS sale
              LEFT JOIN (%(rates)s) AS rate
                     ON rate.currency_id = sale.currency_id
                    AND rate.company_id = sale.company_id
                    AND rate.date = sale.date_order::date
            """,
            orders=self.scope._get_orders(self.endpoint),
            returned=self.scope._is_returned(SQL.identifier("sale")),
            total=_cents(SQL("%s * COALESCE(rate.rate, 1)", PRICE)),
            delivery=self._get_delivery_cents(),
            rates=self._get_rates(),
        )

    def _select_cards(self):
        """Cards that somebody owns, but those that exist only while a cart is open."""
        balance = SQL("NULL::numeric")
        if self.endpoint._tells("card_balance"):
            balance = SQL("round(card.points::numeric, 2)")
        return SQL(
            """
            SELECT card.id AS res_id, card.mindbox_customer_id AS partner_id,
                   card.create_date::date AS date, %(balance)s AS amount,
                   card.write_date AS changed_at, card.create_date AS created_at
              FROM (%(cards)s) AS card
            """,
            balance=balance,
            cards=self.scope._get_cards(self.endpoint),
        )

    # === AMOUNTS === #

    def _get_delivery_cents(self):
        """Return the expression of what the total leaves out."""
        if self.endpoint.delivery_in_total:
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
        return _cents(SQL("%s * COALESCE(rate.rate, 1)", delivery))

    def _get_rates(self):
        """Return the query of the rates at which foreign orders are converted."""
        days = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT currency_id, company_id, date_order::date
                  FROM sale_order WHERE currency_id != %s
                """,
                self.endpoint.currency_id.id,
            )
        )
        currency, company = self.env["res.currency"], self.env["res.company"]
        rates = [
            SQL(
                "SELECT %s, %s, %s::date, %s::numeric",
                currency_id,
                company_id,
                day,
                currency._get_conversion_rate(
                    currency.browse(currency_id),
                    self.endpoint.currency_id,
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


def _cents(amount):
    """Return the expression of an amount in whole cents: see ``amounts.to_cents``."""
    return SQL(
        "(sign(%(amount)s) * floor(abs(%(amount)s) * 100 + 0.500001))", amount=amount
    )
