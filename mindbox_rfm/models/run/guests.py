# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Guests who bought with the e-mail of another customer: that customer has bought.

Whose an e-mail is, is the connector's decision, and kept there: the same person is one
customer in Mindbox, too.
"""

from odoo.tools import SQL

# Contacts without an account, beside the customer who owns their e-mail. Where several
# integration points of the company differ, the first one decides.
GUESTS = """
    SELECT DISTINCT ON (claim.partner_id)
           claim.partner_id AS id, contact.partner_id AS owner_id
      FROM mindbox_contact contact
      JOIN mindbox_endpoint endpoint ON endpoint.id = contact.endpoint_id
      JOIN mindbox_contact_claimant_rel claim ON claim.contact_id = contact.id
      JOIN res_partner guest ON guest.id = claim.partner_id
     WHERE endpoint.company_id = ANY(%s) AND contact.kind = 'email'
       AND contact.value = guest.email_normalized
       AND contact.partner_id != claim.partner_id
       AND NOT EXISTS (SELECT FROM res_users account
                        WHERE account.partner_id = claim.partner_id)
     ORDER BY claim.partner_id, contact.endpoint_id
"""
# Those of whose e-mail somebody was found to be the owner, since a moment.
DECIDED = """
    SELECT claim.partner_id
      FROM mindbox_contact contact
      JOIN mindbox_contact_claimant_rel claim ON claim.contact_id = contact.id
     WHERE contact.write_date >= %s
"""


def guests_sql(scheme):
    """Return the query of ``id`` and ``owner_id`` of guests who count as others.

    :return: None where each contact counts as itself
    """
    if not scheme.guests_by_email:
        return None
    return SQL(GUESTS, scheme._get_companies().ids)
