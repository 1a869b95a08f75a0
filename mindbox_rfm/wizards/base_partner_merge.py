# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """A merged customer keeps one profile, and the history of both.

        The tables have no foreign keys for the wizard to find. The survivor's profile
        is brought up to date by the next run, from the orders of both.
        """
        # The companies of both may lose orders to each other.
        companies = (src_partners | dst_partner).commercial_partner_id
        (companies | dst_partner)._stamp_for_rfm()
        result = super()._update_foreign_keys(src_partners, dst_partner)
        ids = {"src": src_partners.ids, "dst": dst_partner.id}
        self.env.cr.execute(
            SQL(
                """
                UPDATE rfm_transition SET partner_id = %(dst)s
                 WHERE partner_id = ANY(%(src)s);
                UPDATE rfm_profile p SET partner_id = %(dst)s
                 WHERE p.id IN (
                     SELECT min(id) FROM rfm_profile old
                      WHERE partner_id = ANY(%(src)s) AND NOT EXISTS (
                          SELECT 1 FROM rfm_profile own
                           WHERE own.scheme_id = old.scheme_id
                             AND own.partner_id = %(dst)s
                      )
                      GROUP BY scheme_id
                 );
                DELETE FROM rfm_profile WHERE partner_id = ANY(%(src)s)
                """,
                **ids,
            )
        )
        self.env["rfm.profile"]._reread()
        self.env["rfm.experiment.member"]._take_over(src_partners, dst_partner)
        return result
