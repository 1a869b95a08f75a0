# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What customers of the visitor's segment order, in the categories last looked at."""

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.mindbox_connector.models.recommendation.mindbox_recommendation import (
    MOST,
    OF_SHOP,
)

# Lines of orders that are looked at, from the newest back.
NEWEST_LINES = 20_000
# Products a visitor has looked at last, whose categories count.
LAST_SEEN = 10
# A customer counts once, however often they order it.
FAVOURITES = """
    SELECT line.product_id
      FROM (
          SELECT product_id, order_id FROM sale_order_line
           WHERE company_id = %(company)s AND state = 'sale'
             AND product_id IS NOT NULL AND product_uom_qty > 0
           ORDER BY id DESC LIMIT %(lines)s
      ) line
      JOIN sale_order ON sale_order.id = line.order_id
      JOIN res_partner ON res_partner.id = sale_order.partner_id
      JOIN rfm_profile profile
        ON profile.segment_id = %(segment)s
       AND profile.partner_id IN (res_partner.id, res_partner.commercial_partner_id)
     GROUP BY line.product_id
     ORDER BY count(DISTINCT profile.partner_id) DESC, line.product_id
     LIMIT %(most)s
"""


class MindboxRecommendation(models.AbstractModel):
    _name = "mindbox.recommendation"
    _inherit = ["mindbox.recommendation"]

    @api.model
    def _get_sources(self):
        """After Mindbox, which knows the person; before what is the same for all."""
        rule = self.env._(
            "what customers with similar orders buy, first in the categories that the "
            "visitor has looked at last"
        )
        sources = super()._get_sources()
        first = {name: sources.pop(name) for name in ["mindbox"] if name in sources}
        return {**first, "segment": rule, **sources}

    def _rank_segment(self, website, template):
        company, user = website.company_id, self.env.user
        if user._is_public():
            return []
        segment = user.partner_id.with_company(company)._get_rfm_segment()
        if not segment:
            return []
        key = (self.env.cr.dbname, "segment", segment.id)
        ids = OF_SHOP.get(key, lambda: self._read_favourites(company, segment))
        return self._put_seen_first(ids)

    def _read_favourites(self, company, segment):
        rows = self.env.execute_query(
            SQL(
                FAVOURITES,
                company=company.id,
                segment=segment.id,
                lines=NEWEST_LINES,
                most=MOST,
            )
        )
        return [product_id for (product_id,) in rows]

    def _put_seen_first(self, ids):
        """Return the IDs of variants, those of the categories last seen first."""
        visitor = self.env["website.visitor"]._get_visitor_from_request()
        if not visitor or not ids:
            return ids
        tracks = self.env["website.track"].sudo()
        domain = [("visitor_id", "=", visitor.id), ("product_id", "!=", False)]
        seen = tracks.search(domain, order="visit_datetime DESC", limit=LAST_SEEN)
        categories = seen.product_id.public_categ_ids
        products = self.env["product.product"].sudo().browse(ids)
        first = products.filtered(lambda p: p.public_categ_ids & categories)
        return [*first.ids, *(products - first).ids]
