# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    rfm_segment_ids = fields.Many2many(
        "rfm.segment",
        string="RFM Segments",
        help="Only for customers of these segments; leave empty for everybody.",
    )
    rfm_experiment_id = fields.Many2one(
        "rfm.experiment",
        string="RFM Experiment",
        index="btree_not_null",
        ondelete="set null",
        help="Not for the control group of this experiment, while it is running.",
    )
