# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from ...fields import LooseMany2one

MOVE_CAUSES = [
    ("new", "First segment"),
    ("orders", "Orders, returns or corrections"),
    ("ageing", "Time has passed"),
    ("thresholds", "Thresholds have moved"),
    ("mindbox", "Mailings or segments in Mindbox"),
    ("rules", "Rules, settings or the contact itself"),
    ("left", "No longer a customer"),
]


class RfmTransition(models.Model):
    """A customer's move from one segment to another: only ever added to."""

    _name = "rfm.transition"
    _description = "RFM Transition"
    _log_access = False
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    scheme_id = LooseMany2one("rfm.scheme", required=True, readonly=True)
    company_id = fields.Many2one(related="scheme_id.company_id")
    partner_id = LooseMany2one(
        "res.partner", string="Customer", required=True, readonly=True
    )
    run_id = LooseMany2one("rfm.run", readonly=True)
    date = fields.Date(required=True, readonly=True)
    from_segment_id = LooseMany2one("rfm.segment", string="From", readonly=True)
    to_segment_id = LooseMany2one("rfm.segment", string="To", readonly=True)
    reason = fields.Selection(MOVE_CAUSES, readonly=True)

    _partner_idx = models.Index("(partner_id)")
    # Added to in the order of the dates: a few pages say where a date begins.
    _date_idx = models.Index("USING brin (date, run_id)")
