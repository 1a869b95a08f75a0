# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    rfm_segment_ids = fields.Many2many(
        "rfm.segment",
        string="RFM Segments",
        help="The pricelist of customers in these segments, where the contact has none "
        "of its own. It is not offered to others.",
    )

    @api.model
    def _get_partner_pricelist_multi(self, partner_ids):
        """Prefer the pricelist of the customer's segment to that of the country."""
        result = super()._get_partner_pricelist_multi(partner_ids)
        limited = self.sudo().search(
            [
                ("rfm_segment_ids", "!=", False),
                *self._get_partner_pricelist_multi_search_domain_hook(
                    self.env.company.id
                ),
            ]
        )
        if not limited or not result:
            return result
        open_lists = self.browse()
        for partner in self.env["res.partner"].browse(partner_ids):
            if partner.specific_property_product_pricelist:
                continue
            segment = partner._get_rfm_segment()
            own = limited.filtered(lambda p, s=segment: s and s in p.rfm_segment_ids)
            if own:
                result[partner.id] = own[0].sudo(False)
            elif result[partner.id] in limited:
                open_lists = open_lists or self._find_open_pricelist()
                result[partner.id] = open_lists
        return result

    def _find_open_pricelist(self):
        """Return the first pricelist that everybody may have."""
        return self.search(
            [
                ("rfm_segment_ids", "=", False),
                *self._get_partner_pricelist_multi_search_domain_hook(
                    self.env.company.id
                ),
            ],
            limit=1,
        )
