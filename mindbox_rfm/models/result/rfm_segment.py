# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How large a segment is now."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class RfmSegment(models.Model):
    _name = "rfm.segment"
    _inherit = ["rfm.segment"]

    customer_count = fields.Integer(compute="_compute_size", string="Customers")
    revenue = fields.Monetary(compute="_compute_size")

    @api.depends("scheme_id")
    def _compute_size(self):
        sizes = {
            segment.id: (count, amount)
            for segment, count, amount in self.env["rfm.profile"]._read_group(
                [("segment_id", "in", self.ids)],
                ["segment_id"],
                ["__count", "amount:sum"],
            )
        }
        for segment in self:
            count, amount = sizes.get(segment._origin.id, (0, 0))
            segment.customer_count, segment.revenue = count, amount

    @api.ondelete(at_uninstall=False)
    def _unlink_except_inhabited(self):
        held = self.filtered("customer_count")
        if held:
            raise UserError(
                self.env._(
                    "%(segments)s: customers are in this segment. They move on with "
                    "the next run; then it can be deleted.",
                    segments=", ".join(held.mapped("name")),
                )
            )
