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
    rfm_experiment_id = fields.Many2one(
        "rfm.experiment",
        string="RFM Experiment",
        index="btree_not_null",
        ondelete="set null",
        help="The control group of this experiment goes without the pricelist, while "
        "it is running.",
    )

    @api.model
    def _get_partner_pricelist_multi(self, partner_ids):
        """Prefer the pricelist of the segment; keep control groups from theirs."""
        result = super()._get_partner_pricelist_multi(partner_ids)
        limited = self.sudo().search(
            [
                "|",
                ("rfm_segment_ids", "!=", False),
                ("rfm_experiment_id.state", "=", "running"),
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
            allowed = limited._get_allowed(partner)
            own = allowed.filtered("rfm_segment_ids")
            if own:
                result[partner.id] = own[0].sudo(False)
            elif result[partner.id] in limited - allowed:
                open_lists = open_lists or self._find_open_pricelist()
                result[partner.id] = open_lists
        return result

    def _get_allowed(self, partner):
        """Return those of limited pricelists that a customer may have."""
        company, segment = self.env.company, partner._get_rfm_segment()
        withheld = self.env["rfm.experiment"]._get_withheld(partner, company)
        return self.filtered(
            lambda pricelist: pricelist.rfm_experiment_id not in withheld
            and (not pricelist.rfm_segment_ids or segment in pricelist.rfm_segment_ids)
        )

    def _find_open_pricelist(self):
        """Return the first pricelist that nobody is kept from."""
        return self.search(
            [
                ("rfm_segment_ids", "=", False),
                "!",
                ("rfm_experiment_id.state", "=", "running"),
                *self._get_partner_pricelist_multi_search_domain_hook(
                    self.env.company.id
                ),
            ],
            limit=1,
        )
