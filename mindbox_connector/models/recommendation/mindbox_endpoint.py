# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ...fields import SystemName


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    recommendation_operation = SystemName(
        string="Recommend Products",
        help="Synchronous operation that returns personal recommendations, for the "
        "building block “Recommended by Mindbox”. Leave empty where the project has "
        "none: the block then shows what the shop's own orders recommend.",
    )
