# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Mindbox should know by an integration point: the rules of the events, in SQL."""

from odoo.tools import SQL

from ..shop.loyalty_card import CARD_TYPES
from ..shop.names import MAX_EMAIL

NOTHING_EXPECTED = """
SELECT NULL::varchar AS kind, NULL::int4 AS res_id, NULL::int4 AS partner_id,
       NULL::date AS date, NULL::numeric AS amount, NULL::timestamp AS changed_at,
       NULL::timestamp AS created_at
 WHERE FALSE
"""
# Each partner's customer: addresses belong to the contact above them.
OWNERS = SQL(
    """
    WITH RECURSIVE owner (partner_id, customer_id) AS (
        SELECT id, id FROM res_partner
        UNION ALL
        SELECT owner.partner_id, partner.parent_id
          FROM owner JOIN res_partner partner ON partner.id = owner.customer_id
         WHERE partner.type IS DISTINCT FROM 'contact'
           AND partner.parent_id IS NOT NULL
    )
    SELECT * FROM owner
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
             WHERE %(served)s
               AND (length(customer.email_normalized) BETWEEN 1 AND %(longest)s
                    OR customer.phone ~ '[0-9]'
                    OR EXISTS (SELECT FROM mindbox_ledger known
                                WHERE known.endpoint_id = %(endpoint)s
                                  AND known.kind = 'customers'
                                  AND known.res_id = customer.id))
            """,
            customers=self._get_customers(),
            served=self._serves_customer(),
            longest=MAX_EMAIL,
            endpoint=self.endpoint.id,
        )

    def _select_orders(self):
        """Orders that are placed, with what their body says as the total."""
        self.env["sale.order"].flush_model()
        return SQL(
            """
            SELECT sale.id AS res_id, customer.id AS partner_id,
                   sale.date_order::date AS date,
                   (%(total)s - %(delivery)s)::numeric / 100 AS amount,
                   sale.write_date AS changed_at, sale.create_date AS created_at
              FROM sale_order sale
              JOIN (%(owners)s) AS owner ON owner.partner_id = sale.partner_id
              JOIN (%(customers)s) AS customer ON customer.id = owner.customer_id
              LEFT JOIN (%(rates)s) AS rate
                     ON rate.currency_id = sale.currency_id
                    AND rate.company_id = sale.company_id
                    AND rate.date = sale.date_order::date
             WHERE (sale.state = 'sale'
                    OR sale.website_id IS NOT NULL AND sale.state = 'sent')
               AND %(served)s
            """,
            total=_cents(SQL("sale.amount_total * COALESCE(rate.rate, 1)")),
            delivery=self._get_delivery_cents(),
            owners=OWNERS,
            customers=self._get_customers(),
            rates=self._get_rates(),
            served=self._serves(SQL("sale.website_id"), SQL("sale.company_id")),
        )

    def _select_cards(self):
        """Cards that somebody owns, but those that exist only while a cart is open."""
        balance = SQL("NULL::numeric")
        if self.endpoint._tells("card_balance"):
            balance = SQL("round(card.points::numeric, 2)")
        return SQL(
            """
            SELECT card.id AS res_id, customer.id AS partner_id,
                   card.create_date::date AS date, %(balance)s AS amount,
                   card.write_date AS changed_at, card.create_date AS created_at
              FROM loyalty_card card
              JOIN loyalty_program program ON program.id = card.program_id
              JOIN res_partner owning ON owning.id = card.partner_id
              JOIN (%(owners)s) AS owner ON owner.partner_id = card.partner_id
              JOIN (%(customers)s) AS customer ON customer.id = owner.customer_id
              LEFT JOIN sale_order sale ON sale.id = card.order_id
             WHERE program.program_type IN %(types)s
               AND (sale.id IS NULL OR sale.state = 'sale' OR card.points != 0)
               AND %(served)s
            """,
            balance=balance,
            owners=OWNERS,
            customers=self._get_customers(),
            types=CARD_TYPES,
            served=self._serves(
                SQL("COALESCE(sale.website_id, program.website_id)"),
                SQL("COALESCE(card.company_id, sale.company_id, owning.company_id)"),
            ),
        )

    # === CUSTOMERS === #

    def _get_customers(self):
        """Return the query of the customers: no addresses, employees or visitors.

        Who was erased is none any more, until Mindbox is told of them again.
        """
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        partners.flush_model()
        included = partners._search(self.endpoint._get_customer_domain())
        return SQL(
            """
            SELECT partner.*
              FROM res_partner partner
             WHERE (partner.type = 'contact' OR partner.parent_id IS NULL)
               AND partner.partner_share
               AND partner.id != ALL(%(visitors)s)
               AND partner.id IN %(included)s
               AND NOT EXISTS (
                   SELECT FROM mindbox_erasure erasure
                     LEFT JOIN mindbox_ledger known
                            ON known.endpoint_id = erasure.endpoint_id
                           AND known.kind = 'customers'
                           AND known.res_id = partner.id
                    WHERE erasure.endpoint_id = %(endpoint)s
                      AND erasure.customer_id_value = partner.id::varchar
                      AND (known.id IS NULL
                           OR known.acknowledged_at <= erasure.erased_at))
            """,
            visitors=list(partners._mindbox_public_ids()),
            included=included.subselect(),
            endpoint=self.endpoint.id,
        )

    def _serves_customer(self):
        """A contact shared by companies goes wherever it has bought or signed up."""
        routes = self.endpoint._get_routes()
        own = self._serves(SQL("customer.website_id"), SQL("customer.company_id"))
        if len(routes) < 2:
            return own
        here = self._has_shop(self.endpoint)
        anywhere = self._has_shop(self.endpoint.browse(route[0] for route in routes))
        first = routes[0][0] == self.endpoint.id
        return SQL(
            """
            CASE WHEN COALESCE(customer.website_id, customer.company_id) IS NOT NULL
                 THEN %(own)s
                 ELSE %(here)s OR %(first)s AND NOT %(anywhere)s END
            """,
            own=own,
            here=here,
            first=first,
            anywhere=anywhere,
        )

    def _has_shop(self, endpoints):
        """Return the condition that a customer has bought or signed up at some."""
        return SQL(
            """
            (EXISTS (SELECT FROM sale_order shop
                      WHERE shop.partner_id = customer.id AND (%(orders)s))
             OR EXISTS (SELECT FROM res_users shop
                         WHERE shop.partner_id = customer.id AND (%(orders)s)))
            """,
            orders=SQL(" OR ").join(
                Expectation(endpoint)._serves(
                    SQL("shop.website_id"), SQL("shop.company_id")
                )
                for endpoint in endpoints
            ),
        )

    def _serves(self, website, company):
        """Return the condition that records of a shop leave by this one.

        :param SQL website: the website of the record, may be null
        :param SQL company: its company, may be null
        """
        everything = [("active", "in", (True, False))]
        companies = self.env["res.company"].sudo().search(everything).ids
        websites = self.env["website"].sudo().search([("company_id", "in", companies)])
        shops = [
            SQL("(%s, %s)", site or 0, owner or 0)
            for site in (False, *websites.ids)
            for owner in (False, *companies)
            if self.endpoint._get_route(site, owner) == self.endpoint.id
        ]
        if not shops:
            return SQL("FALSE")
        return SQL(
            "(COALESCE(%s, 0), COALESCE(%s, 0)) IN (%s)",
            website,
            company,
            SQL(", ").join(shops),
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
