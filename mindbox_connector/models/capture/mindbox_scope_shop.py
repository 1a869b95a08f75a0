# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which shop a record is of: what :mod:`mindbox_route` decides, for all rows."""

from odoo import models
from odoo.tools import SQL


class MindboxScope(models.AbstractModel):
    _name = "mindbox.scope"
    _inherit = ["mindbox.scope"]

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
                 WHEN %(website)s IS NOT NULL THEN %(shared)s AND CASE
                     WHEN %(company)s IS NOT NULL THEN %(company)s = %(own)s
                     ELSE %(website)s IN (
                         SELECT id FROM website WHERE company_id = %(own)s) END
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

        A contact shared by companies goes wherever it has bought or signed up; until
        then to the company that has made it. Besides it goes wherever it holds a card
        that no other integration point tells of.
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
                 ELSE %(here)s OR %(holds)s OR %(is_home)s AND NOT %(anywhere)s
                      AND %(made_in)s = %(home)s END
            """,
            website=website,
            company=company,
            own=own,
            here=self._has_shop(endpoint, partner),
            holds=self._holds_card(endpoint, partner),
            is_home=endpoint.ids == endpoint._get_home(endpoint.company_id.id),
            home=endpoint.company_id.id,
            made_in=SQL("%s.mindbox_company_id", partner),
            anywhere=self._has_shop(everybody, partner),
        )

    def _serves_card(self, endpoint):
        """Return the condition that a card leaves by an integration point.

        It belongs to where it was issued, and to wherever its ``owner`` buys.
        """
        company = SQL("COALESCE(record.company_id, sale.company_id, buyer.company_id)")
        website = SQL("COALESCE(sale.website_id, program.website_id)")
        issued = self._serves(endpoint, website, company)
        if not endpoint._has_several_shops():
            return issued
        return SQL(
            """
            (%(issued)s OR program.website_id IS NULL AND EXISTS (
                SELECT FROM sale_order shop
                 WHERE shop.partner_id = owner.id AND shop.state != 'draft'
                   AND shop.company_id = COALESCE(%(company)s, shop.company_id)
                   AND (%(served)s)
                OFFSET 0))
            """,
            issued=issued,
            company=company,
            served=self._serves(
                endpoint, SQL("shop.website_id"), SQL("shop.company_id")
            ),
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

    def _holds_card(self, endpoint, partner):
        """Return the condition that a customer has a card of one of the websites."""
        company = SQL("COALESCE(card.company_id, sale.company_id)")
        website = SQL("COALESCE(sale.website_id, program.website_id)")
        return SQL(
            """
            EXISTS (SELECT FROM loyalty_card card
                      JOIN loyalty_program program ON program.id = card.program_id
                      LEFT JOIN sale_order sale ON sale.id = card.order_id
                     WHERE card.partner_id = %(partner)s.id AND card.active
                       AND program.website_id IS NOT NULL
                       AND program.program_type = ANY(%(types)s) AND (%(served)s)
                    OFFSET 0)
            """,
            partner=partner,
            types=list(endpoint._get_card_types()),
            served=self._serves(endpoint, website, company),
        )
