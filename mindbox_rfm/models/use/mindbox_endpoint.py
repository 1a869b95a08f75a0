# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MindboxEndpoint(models.Model):
    _inherit = "mindbox.endpoint"

    import_segments_operation = fields.Char(
        string="Segments File",
        required=True,
        default="DirectCrm.StaticCustomerSegments.Import",
        help="System name of the bulk operation in Mindbox.",
    )
