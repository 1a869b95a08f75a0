# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ..models.shop.res_partner import MERGING_KEY


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Tell the deletion of the merged contacts from that of customers."""
        merging = self.with_context(**{MERGING_KEY: True})
        return super(BasePartnerMergeAutomaticWizard, merging)._merge(
            partner_ids, dst_partner, extra_checks
        )

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Who is merged into an erased customer is erased along with it."""
        if dst_partner.sudo().mindbox_erased_at:
            src_partners._mindbox_erase()
        self.env["mindbox.person"].sudo()._merge(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _update_values(self, src_partners, dst_partner):
        """What the server alone writes of the survivor is not for a duplicate to say:
        whether it was erased, where it was made.
        """
        survivor = dst_partner.with_context(**{MERGING_KEY: True})
        return super()._update_values(src_partners, survivor)

    def _log_merge_operation(self, src_partners, dst_partner):
        """Both still exist here, but their foreign keys were moved by SQL before."""
        result = super()._log_merge_operation(src_partners, dst_partner)
        merged = src_partners.filtered(lambda p: p._mindbox_customer() == p)
        if merged and dst_partner._mindbox_customer() == dst_partner:
            # Before what waits of theirs becomes the survivor's.
            dst_partner._mindbox_mark_merge(merged)
            self.env["mindbox.request"].sudo()._follow_survivor(
                merged.ids, dst_partner.id
            )
            if not self.env["mindbox.scope"]._knows("customers", dst_partner):
                dst_partner._mindbox_mark_new()
            dst_partner._mindbox_mark("customer_edit")
            dst_partner._mindbox_mark("wishlist_set")
            if dst_partner.sudo()._mindbox_awaited():
                dst_partner._mindbox_mark("restock_set")
            dst_partner._mindbox_mark_cart()
            self.env["mindbox.consent"].sudo()._repeat_opt_outs(dst_partner)
        return result
