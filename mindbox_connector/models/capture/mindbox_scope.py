# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who and what belongs to an integration point: for all records at once, in SQL.

Of a single record live events ask the record itself: ``_mindbox_customer``,
``_mindbox_is_relevant`` and ``_mindbox_endpoints``. Import, comparison and the delivery
of segments ask here. A rule has these two forms and no third one; a property test
holds them to the same answers.
"""

from odoo import api, models
from odoo.tools import SQL, ormcache

CARD_TYPES = ("loyalty", "ewallet", "gift_card")
PAID = ("paid", "in_payment")
RECORD, CUSTOMER = SQL.identifier("record"), SQL.identifier("customer")


class MindboxScope(models.AbstractModel):
    """The relations of an integration point, and the conditions they are made of.

    A relation is a query of the rows of a table that belong to the integration point,
    each with the ID of its customer as ``mindbox_customer_id``. What is in it must be
    flushed before.
    """

    _name = "mindbox.scope"
    _description = "What Belongs to an Integration Point"

    # === RELATIONS === #

    def _get_relation(self, endpoint, kind):
        """Return the relation of a kind: ``customers``, ``orders`` or ``cards``."""
        return getattr(self, f"_get_{kind}")(endpoint)

    def _get_customers(self, endpoint):
        """Return the relation of customers: rows of res_partner."""
        return SQL(
            """
            SELECT record.*, record.id AS mindbox_customer_id
              FROM res_partner record
             WHERE (record.type = 'contact' OR record.parent_id IS NULL)
               AND %(customer)s AND %(served)s
            """,
            customer=self._is_customer_of(endpoint, RECORD),
            served=self._serves_customer(endpoint, RECORD),
        )

    def _get_orders(self, endpoint, which=None):
        """Return the relation of orders: rows of sale_order.

        :param SQL which: condition on ``record`` instead of that it was placed
        """
        return SQL(
            """
            SELECT record.*, customer.id AS mindbox_customer_id
              FROM sale_order record
              JOIN res_partner buyer ON buyer.id = record.partner_id
              JOIN res_partner customer ON customer.id = %(owner)s
             WHERE %(which)s AND %(customer)s AND %(served)s
            """,
            owner=self._get_owner(SQL.identifier("buyer")),
            which=which or self._is_placed(RECORD),
            customer=self._is_customer_of(endpoint, CUSTOMER),
            served=self._serves(
                endpoint, SQL("record.website_id"), SQL("record.company_id")
            ),
        )

    def _get_carts(self, endpoint):
        """Return the relation of the carts of customers: rows of sale_order."""
        return self._get_orders(endpoint, self._is_cart(RECORD))

    def _get_cards(self, endpoint):
        """Return the relation of cards: rows of loyalty_card, with their website."""
        return SQL(
            """
            SELECT record.*, customer.id AS mindbox_customer_id,
                   COALESCE(sale.website_id, program.website_id) AS mindbox_website_id
              FROM loyalty_card record
              JOIN loyalty_program program ON program.id = record.program_id
              JOIN res_partner buyer ON buyer.id = record.partner_id
              JOIN res_partner customer ON customer.id = %(owner)s
              LEFT JOIN sale_order sale ON sale.id = record.order_id
             WHERE program.program_type = ANY(%(types)s)
               AND (sale.id IS NULL OR sale.state = 'sale' OR record.points != 0
                    OR sale.state = 'cancel' AND %(known)s)
               AND %(customer)s AND %(served)s
            """,
            owner=self._get_owner(SQL.identifier("buyer")),
            types=list(CARD_TYPES),
            known=self._is_known("cards", SQL("record.id")),
            customer=self._is_customer_of(endpoint, CUSTOMER),
            served=self._serves(
                endpoint,
                SQL("COALESCE(sale.website_id, program.website_id)"),
                SQL("COALESCE(record.company_id, sale.company_id, buyer.company_id)"),
            ),
        )

    # === CUSTOMERS === #

    def _is_customer(self, partner):
        """Return the condition that a contact is a customer at all.

        Employees and visitors are none, nor are those who wanted to be forgotten.

        :param SQL partner: alias of a row of res_partner
        """
        return SQL(
            """
            (%(partner)s.partner_share AND %(partner)s.mindbox_erased_at IS NULL
             AND %(partner)s.id != ALL(%(visitors)s))
            """,
            partner=partner,
            visitors=list(self._get_visitor_ids()),
        )

    @api.model
    @ormcache()
    def _get_visitor_ids(self):
        """Return the partners that stand for all visitors of a website."""
        public = self.env.ref("base.group_public")
        users = self.env["res.users"].sudo().with_context(active_test=False)
        return frozenset(users.search([("group_ids", "in", public.ids)]).partner_id.ids)

    def _is_customer_of(self, endpoint, partner):
        """Return the condition that a customer passes the filter of customers."""
        customer = self._is_customer(partner)
        domain = endpoint._get_customer_domain()
        if not domain:
            return customer
        included = endpoint._with_sender(self.env["res.partner"])._search(domain)
        return SQL("%s AND %s.id IN %s", customer, partner, included.subselect())

    def _get_owner(self, partner):
        """Return the expression of the contact that a partner's address belongs to.

        Nearly every partner is one: the climb is for the few addresses.
        """
        return SQL(
            """
            CASE WHEN %(partner)s.type = 'contact' OR %(partner)s.parent_id IS NULL
                 THEN %(partner)s.id
                 ELSE (WITH RECURSIVE climb (id, type, parent_id) AS (
                           SELECT %(partner)s.id, %(partner)s.type,
                                  %(partner)s.parent_id
                            UNION
                           SELECT above.id, above.type, above.parent_id
                             FROM climb
                             JOIN res_partner above ON above.id = climb.parent_id
                            WHERE climb.type IS DISTINCT FROM 'contact')
                       SELECT id FROM climb
                        WHERE type = 'contact' OR parent_id IS NULL)
                 END
            """,
            partner=partner,
        )

    # === SHOPS === #

    def _serves(self, endpoint, website, company):
        """Return the condition that records of a shop leave by an integration point.

        What :meth:`mindbox.endpoint._get_route` decides, for all rows.

        :param SQL website: the website of the record, may be null
        :param SQL company: its company, may be null
        """
        routes, own = endpoint._get_routes(), endpoint.company_id.id
        sites = {site for _endpoint, site, _company in routes if site}
        # A company is served by its one integration point without a website, ...
        shared = [e for e, site, owner in routes if not site and owner == own][:1]
        # ... and what did not happen on a website by the only one there is.
        alone = endpoint._get_route(False, own) == endpoint.id
        return SQL(
            """
            CASE WHEN %(website)s = ANY(%(sites)s) THEN %(website)s = ANY(%(mine)s)
                 WHEN %(website)s IS NOT NULL THEN %(shared)s AND %(own)s = COALESCE(
                     %(company)s,
                     (SELECT company_id FROM website WHERE id = %(website)s))
                 WHEN %(company)s IS NOT NULL THEN %(alone)s AND %(company)s = %(own)s
                 ELSE %(nobodys)s END
            """,
            website=website,
            company=company,
            own=own,
            sites=list(sites),
            mine=[s for s in sites if endpoint._get_route(s, own) == endpoint.id],
            shared=shared == endpoint.ids,
            alone=alone,
            nobodys=endpoint._get_route(False, False) == endpoint.id,
        )

    def _serves_customer(self, endpoint, partner):
        """Return the condition that a customer's data leave by an integration point.

        A contact shared by companies goes wherever it has bought or signed up.
        """
        routes = endpoint._get_routes()
        website, company = SQL("%s.website_id", partner), SQL("%s.company_id", partner)
        own = self._serves(endpoint, website, company)
        if len(routes) < 2:
            return own
        everybody = endpoint.browse(route[0] for route in routes)
        return SQL(
            """
            CASE WHEN COALESCE(%(website)s, %(company)s) IS NOT NULL THEN %(own)s
                 ELSE %(here)s OR %(first)s AND NOT %(anywhere)s END
            """,
            website=website,
            company=company,
            own=own,
            here=self._has_shop(endpoint, partner),
            first=everybody[0] == endpoint,
            anywhere=self._has_shop(everybody, partner),
        )

    def _has_shop(self, endpoints, partner):
        """Return the condition that a customer has bought or signed up at some.

        OFFSET 0: looked up customer by customer. For a page of a thousand customers
        PostgreSQL would otherwise read all orders.
        """
        shop = SQL("shop.website_id"), SQL("shop.company_id")
        return SQL(
            """
            (EXISTS (SELECT FROM sale_order shop
                      WHERE shop.partner_id = %(partner)s.id AND (%(served)s)
                     OFFSET 0)
             OR EXISTS (SELECT FROM res_users shop
                         WHERE shop.partner_id = %(partner)s.id AND shop.active
                           AND (%(served)s)
                        OFFSET 0))
            """,
            partner=partner,
            served=SQL(" OR ").join(self._serves(e, *shop) for e in endpoints),
        )

    # === ORDERS === #

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
        """Return the condition that payments or paid invoices cover an order."""
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
            (%(order)s.carrier_id IS NOT NULL AND EXISTS (
                SELECT FROM stock_picking picking
                  JOIN stock_location there ON there.id = picking.location_dest_id
                 WHERE picking.sale_id = %(order)s.id AND picking.state = 'done'
                   AND there.usage = 'customer' AND picking.delivered_at IS NULL))
            """,
            order=order,
        )

    def _is_returned(self, order):
        """Return the condition that something of an order may have come back."""
        return SQL(
            """
            (EXISTS (
                SELECT FROM sale_order_line line
                  JOIN stock_move move ON move.sale_line_id = line.id
                 WHERE line.order_id = %(order)s.id AND move.to_refund
                   AND move.state = 'done')
             OR EXISTS (SELECT FROM (%(invoiced)s) AS move
                         WHERE move.move_type = 'out_refund'))
            """,
            order=order,
            invoiced=self._get_invoices(order),
        )

    # === WHAT MINDBOX KNOWS === #

    def _is_known(self, kind, record_id):
        """Return the condition that Mindbox was told of a record.

        :param str kind: ``customers``, ``orders`` or ``cards``
        :param SQL record_id: its ID
        """
        return SQL(
            """
            EXISTS (SELECT FROM mindbox_ledger known
                     WHERE known.endpoint_id = ANY(%s) AND known.kind = %s
                       AND known.res_id = %s)
            """,
            self._get_endpoint_ids(),
            kind,
            record_id,
        )

    def _knows(self, kind, record):
        """Whether Mindbox was told of a record."""
        domain = [
            ("endpoint_id", "in", self._get_endpoint_ids()),
            ("kind", "=", kind),
            ("res_id", "=", record.id),
        ]
        return bool(self.env["mindbox.ledger"].sudo().search_count(domain, limit=1))

    def _get_endpoint_ids(self):
        return [route[0] for route in self.env["mindbox.endpoint"]._get_routes()]

    # === A SINGLE RECORD === #

    def _has(self, endpoint, record):
        """Whether a record belongs to an integration point, as live events say it."""
        customer = record._mindbox_customer()
        return (
            bool(customer)
            and record._mindbox_is_relevant()
            and endpoint in record._mindbox_endpoints(False)
            and customer._mindbox_is_included(endpoint)
        )
