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

RECORD, BUYER = SQL.identifier("record"), SQL.identifier("buyer")
CUSTOMER = SQL.identifier("customer")


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
             WHERE %(is_contact)s AND %(customer)s AND %(served)s
            """,
            is_contact=_is_contact(RECORD),
            customer=self._is_customer_of(endpoint, RECORD),
            served=self._serves_customer(endpoint, RECORD),
        )

    def _get_orders(self, endpoint, which=None):
        """Return the relation of orders: rows of sale_order.

        :param SQL which: condition on ``record`` instead of that it was placed
        """
        return SQL(
            """
            SELECT record.*, owner.id AS mindbox_customer_id
              FROM sale_order record
              JOIN res_partner buyer ON buyer.id = record.partner_id
              JOIN LATERAL (%(owner)s) AS owner ON TRUE
             WHERE %(which)s AND %(owned)s AND %(served)s
            """,
            owner=_get_owner(BUYER),
            which=which or self._is_placed(RECORD),
            owned=self._is_of_customer(endpoint),
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
            SELECT record.*, owner.id AS mindbox_customer_id,
                   COALESCE(sale.website_id, program.website_id) AS mindbox_website_id
              FROM loyalty_card record
              JOIN loyalty_program program ON program.id = record.program_id
              JOIN res_partner buyer ON buyer.id = record.partner_id
              JOIN LATERAL (%(owner)s) AS owner ON TRUE
              LEFT JOIN sale_order sale ON sale.id = record.order_id
             WHERE program.program_type = ANY(%(types)s)
               AND (sale.id IS NULL OR sale.state = 'sale' OR record.points != 0
                    OR sale.state = 'cancel' AND %(known)s)
               AND %(owned)s AND %(served)s
            """,
            owner=_get_owner(BUYER),
            types=list(endpoint._get_card_types()),
            known=self._is_known_card(),
            owned=self._is_of_customer(endpoint),
            served=self._serves_card(endpoint),
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
        included.add_where(SQL("res_partner.id = %s.id", partner))
        return SQL("(%s AND EXISTS %s)", customer, included.subselect())

    def _is_of_customer(self, endpoint):
        """Return the condition that the ``owner`` of a ``buyer`` is a customer.

        The customer is not joined: PostgreSQL cannot look through the climb, and would
        read all customers for a page of a thousand orders.
        """
        return SQL(
            """
            CASE WHEN owner.id = buyer.id THEN %(is_customer)s
                 ELSE EXISTS (SELECT FROM res_partner customer
                               WHERE customer.id = owner.id AND %(is_above)s)
                 END
            """,
            is_customer=self._is_customer_of(endpoint, BUYER),
            is_above=self._is_customer_of(endpoint, CUSTOMER),
        )

    def _get_erased(self):
        """Return the query of the IDs of erased customers and of all their addresses.

        All at once, from the few who were erased downwards: climbing from each of
        many addresses to its contact takes a run over all customers its time.
        """
        return SQL(
            """
            WITH RECURSIVE erased (id) AS (
                SELECT contact.id FROM res_partner contact
                 WHERE contact.mindbox_erased_at IS NOT NULL AND %(is_contact)s
                 UNION
                SELECT address.id
                  FROM erased JOIN res_partner address ON address.parent_id = erased.id
                 WHERE address.type IS DISTINCT FROM 'contact')
            SELECT id FROM erased
            """,
            is_contact=_is_contact(SQL.identifier("contact")),
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

    def _is_known_card(self):
        """Return the condition of :meth:`loyalty.card._mindbox_was_told`."""
        return SQL(
            """
            (%s OR EXISTS (
                SELECT FROM mindbox_request waiting
                 WHERE waiting.res_model = 'loyalty.card' AND waiting.state = 'pending'
                   AND waiting.res_id = record.id))
            """,
            self._is_known("cards", SQL("record.id")),
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


def _is_contact(partner):
    """Return the condition that a partner is a contact, no address of one."""
    return SQL("(%(p)s.type = 'contact' OR %(p)s.parent_id IS NULL)", p=partner)


def _get_owner(partner):
    """Return the query of the contact that a partner's address belongs to.

    Nearly every partner is a contact: the climb is for the few addresses.
    """
    return SQL(
        """
        SELECT CASE WHEN %(is_contact)s THEN %(partner)s.id
            ELSE (WITH RECURSIVE climb (id, type, parent_id) AS (
                      SELECT %(partner)s.id, %(partner)s.type, %(partner)s.parent_id
                       UNION
                      SELECT above.id, above.type, above.parent_id
                        FROM climb
                        JOIN res_partner above ON above.id = climb.parent_id
                       WHERE climb.type IS DISTINCT FROM 'contact')
                  SELECT climb.id FROM climb WHERE %(is_reached)s)
            END AS id
        OFFSET 0
        """,
        partner=partner,
        is_contact=_is_contact(partner),
        is_reached=_is_contact(SQL.identifier("climb")),
    )
