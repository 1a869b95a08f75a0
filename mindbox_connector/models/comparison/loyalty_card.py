# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools import SQL


class LoyaltyCard(models.Model):
    _name = "loyalty.card"
    _inherit = ["loyalty.card"]

    def _mindbox_expected(self, endpoint):
        """Cards that somebody owns, but those that exist only while a cart is open."""
        balance = SQL("NULL::numeric")
        if endpoint._tells("card_balance"):
            balance = SQL("round(card.points::numeric, 2)")
        return SQL(
            """
            SELECT card.id AS res_id, card.mindbox_customer_id AS partner_id,
                   card.create_date::date AS date, %(balance)s AS amount,
                   card.write_date AS changed_at, card.create_date AS created_at
              FROM (%(cards)s) AS card
            """,
            balance=balance,
            cards=self.env["mindbox.scope"]._get_cards(endpoint),
        )

    def _mindbox_send_again(self, endpoint, kind, missing):
        """Issue the cards that are missing, and tell what is not told of the points."""
        missing._mindbox_mark("card_issue")
        ledger, points = self.env["mindbox.ledger"], {c.id: c.points for c in self}
        untold = ledger._get_untold(endpoint, "cards", points)
        for card in self:
            card._mindbox_mark_points(untold.get(card.id, 0))
