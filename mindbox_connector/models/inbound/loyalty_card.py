# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class LoyaltyCard(models.Model):
    _name = "loyalty.card"
    _inherit = ["loyalty.card"]

    mindbox_points = fields.Float(
        string="Points in Mindbox",
        readonly=True,
        copy=False,
        groups="mindbox_connector.group_mindbox_user",
        help="As Mindbox has told. Here the points of Odoo count.",
    )
    mindbox_points_at = fields.Datetime(
        string="As Of",
        readonly=True,
        copy=False,
        groups="mindbox_connector.group_mindbox_user",
    )
