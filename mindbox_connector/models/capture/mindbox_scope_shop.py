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
