# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.fields import Domain


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_program_domain(self):
        """Programs may be limited to segments, and withheld from a control group."""
        partner = self.partner_id.with_company(self.company_id)
        segment = partner._get_rfm_segment()
        allowed = Domain("rfm_segment_ids", "=", False)
        if segment:
            allowed |= Domain("rfm_segment_ids", "in", segment.ids)
        experiments = self.env["rfm.experiment"]
        if withheld := experiments._get_withheld(self.partner_id, self.company_id):
            allowed &= Domain("rfm_experiment_id", "not in", withheld.ids)
        return list(Domain(super()._get_program_domain()) & allowed)
