# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ...fields import SystemName


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    mindbox_balance = SystemName(
        string="Balance in Mindbox",
        help="System name of the balance that the points of this program belong to. "
        "Empty: the balance of the integration point.",
    )
