# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which customers have which contacts, and whom Mindbox knows them as: in SQL."""

from odoo import models
from odoo.tools import SQL

from ..capture.mindbox_scope import RECORD

# The phone as digits, which is how Mindbox gets it.
DIGITS = r"regexp_replace(%s.phone_sanitized, '\D', '', 'g')"


class MindboxScope(models.AbstractModel):
    _name = "mindbox.scope"
    _inherit = ["mindbox.scope"]

    def _get_claims(self, endpoint, emails=None, phones=None):
        """Return the query of kind, value and partner_id of contacts and customers.

        :param emails: only these, and ``phones``; None for all that several have
        """
        everything = emails is None
        query = SQL(
            """
            SELECT 'email' AS kind, record.email_normalized AS value,
                   record.id AS partner_id
              FROM (%(customers)s) AS record
             WHERE record.email_normalized IS NOT NULL AND %(of_emails)s
             UNION ALL
            SELECT 'phone', %(digits)s, record.id
              FROM (%(customers)s) AS record
             WHERE record.phone_sanitized IS NOT NULL AND %(of_phones)s
            """,
            customers=self._get_claiming(endpoint),
            digits=SQL(DIGITS, RECORD),
            of_emails=_is_among("email_normalized", emails),
            of_phones=_is_among("phone_sanitized", [f"+{p}" for p in phones or ()])
            if not everything
            else SQL("TRUE"),
        )
        if not everything:
            return query
        return SQL(
            """
            SELECT claim.*
              FROM (SELECT claim.*, count(*) OVER (PARTITION BY kind, value) AS number
                      FROM (%s) AS claim WHERE value != '') AS claim
             WHERE number > 1
            """,
            query,
        )

    def _get_claiming(self, endpoint):
        """Return the relation of customers; of a draft as if it served the company."""
        if endpoint.id in self._get_endpoint_ids():
            return self._get_customers(endpoint)
        return SQL(
            """
            SELECT record.* FROM res_partner record
             WHERE (record.type = 'contact' OR record.parent_id IS NULL) AND %s
               AND COALESCE(record.company_id, %s) = %s
            """,
            self._is_customer_of(endpoint, RECORD),
            endpoint.company_id.id,
            endpoint.company_id.id,
        )

    def _get_person(self, endpoint, partner):
        """Return the expression of the ID by which Mindbox knows a customer.

        The same as :meth:`res.partner._mindbox_person` says of a single one.

        :param SQL partner: the ID of the customer
        """
        return SQL(
            """
            COALESCE((
                SELECT contact.partner_id
                  FROM mindbox_contact_claimant_rel claim
                  JOIN mindbox_contact contact ON contact.id = claim.contact_id
                  JOIN res_partner claimant ON claimant.id = claim.partner_id
                 WHERE claim.partner_id = %(partner)s
                   AND contact.endpoint_id = %(endpoint)s
                   AND CASE WHEN claimant.email_normalized IS NULL
                            THEN contact.kind = 'phone' AND contact.value = %(digits)s
                            ELSE contact.value = claimant.email_normalized END
                   AND NOT EXISTS (SELECT FROM res_users login
                                    WHERE login.partner_id = claimant.id)
            ), %(partner)s)
            """,
            partner=partner,
            endpoint=endpoint.id,
            digits=SQL(DIGITS, SQL.identifier("claimant")),
        )

    def _get_foreign(self, endpoint, partner):
        """Return the expression of the kinds of contacts that others own.

        :param SQL partner: alias of the customer
        """
        return SQL(
            """
            ARRAY(SELECT contact.kind
                    FROM mindbox_contact_claimant_rel claim
                    JOIN mindbox_contact contact ON contact.id = claim.contact_id
                   WHERE claim.partner_id = %(partner)s.id
                     AND contact.endpoint_id = %(endpoint)s
                     AND contact.partner_id != %(partner)s.id
                     AND contact.value IN (
                         %(partner)s.email_normalized, %(digits)s))
            """,
            partner=partner,
            endpoint=endpoint.id,
            digits=SQL(DIGITS, partner),
        )


def _is_among(column, values):
    if values is None:
        return SQL("TRUE")
    return SQL("record.%s = ANY(%s)", SQL.identifier(column), list(values))
