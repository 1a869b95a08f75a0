# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _log_merge_operation(self, src_partners, dst_partner):
        """Both still exist here, but their foreign keys were moved by SQL before."""
        result = super()._log_merge_operation(src_partners, dst_partner)
        merged = src_partners.filtered(lambda p: p._mindbox_customer() == p)
        if merged and dst_partner._mindbox_customer() == dst_partner:
            self.env["mindbox.request"].sudo()._follow_survivor(
                merged.ids, dst_partner.id
            )
            dst_partner._mindbox_mark("customer_merge", merged_ids=merged.ids)
            dst_partner._mindbox_mark("customer_edit")
            dst_partner._mindbox_mark("wishlist_set")
            self.env["mindbox.consent"].sudo()._repeat_opt_outs(dst_partner)
        return result
