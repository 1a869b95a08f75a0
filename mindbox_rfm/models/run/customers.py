# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may have a segment."""

from odoo.fields import Domain
from odoo.tools import SQL

from .guests import guests_sql

# Whether a contact gets a segment without having ordered: no supplier, of this company
# or of none, and no company of ours itself.
IS_PROSPECT = """
    res_partner.supplier_rank = 0 AND %(own)s
    AND (res_partner.company_id IS NULL
         OR res_partner.company_id = ANY(%(companies)s))
    AND res_partner.id NOT IN (SELECT partner_id FROM res_company)
"""
# The contacts that are customers of their own, by what a scheme takes for a customer.
OWN = {
    "commercial": "res_partner.commercial_partner_id = res_partner.id",
    "contact": "(res_partner.type = 'contact' OR res_partner.is_company)",
}


def customers_sql(scheme, touched=None):
    """Return the relation of all who may have a segment, as the ORM finds them.

    :param touched: list of the IDs of contacts, if only they are asked for
    """
    partners = scheme.env["res.partner"].with_context(active_test=False)
    public = partners._mindbox_public_ids()
    domain = Domain("active", "=", True) & Domain("partner_share", "=", True)
    domain &= Domain("id", "not in", list(public))
    query = partners._search(domain & Domain(scheme._get_customer_domain()))
    # Neither who wanted to be forgotten nor an address of theirs.
    erased = scheme.env["mindbox.scope"]._get_erased()
    query.add_where(SQL("res_partner.id NOT IN (%s)", erased))
    if guests := guests_sql(scheme):
        query.add_where(
            SQL("res_partner.id NOT IN (SELECT id FROM (%s) guest)", guests)
        )
    if touched is not None:
        query.add_where(SQL("res_partner.id = ANY(%s)", touched))
    is_prospect = SQL("%s AS is_prospect", _is_prospect_sql(scheme))
    # OFFSET 0: joined as it is, once.
    return SQL("(%s OFFSET 0)", query.select("res_partner.id", is_prospect))


def find_erased(scheme):
    """Return the IDs of contacts who wanted to be forgotten, and of their addresses."""
    partners = scheme.env["res.partner"].with_context(active_test=False)
    erased = partners.search([("mindbox_erased_at", "!=", False)], order="id")
    return erased._with_addresses().ids


def _is_prospect_sql(scheme):
    if not scheme.include_prospects:
        return SQL("FALSE")
    own = SQL(OWN[scheme.partner_level])
    return SQL(IS_PROSPECT, own=own, companies=scheme._get_companies().ids)
