# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class RfmSegment(models.Model):
    _name = "rfm.segment"
    _inherit = ["rfm.segment"]

    # Who edits the website may read segments, and no schemes.
    scheme_state = fields.Selection(related="scheme_id.state")
