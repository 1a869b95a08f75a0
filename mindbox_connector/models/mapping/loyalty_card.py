# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class LoyaltyCard(models.Model):
    _name = "loyalty.card"
    _inherit = ["loyalty.card"]

    def _mindbox_mark_mapped(self):
        self._mindbox_mark("card_issue")

    def _mindbox_card_issue_body(self, endpoint):
        body = super()._mindbox_card_issue_body(endpoint)
        card = body["discountCard"] | endpoint._get_custom_part(self)
        return body | {"discountCard": card}
