# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Points changed in Mindbox: how many there are is shown beside those of Odoo.

They are not booked here. Mindbox also tells of changes that it was told by Odoo, which
would then count twice; and whoever has the key could make points.
"""

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...exceptions import MindboxRejected
from .kinds import InboundKind

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)


class MindboxCatalogue(models.AbstractModel):
    _name = "mindbox.catalogue"
    _inherit = ["mindbox.catalogue"]

    def _inbound_kinds(self):
        balance = InboundKind(
            _lt("Balance changed"),
            _lt("The balance of the customer has changed."),
            {"card": {"number": ""}, "balance": {"available": 0}},
        )
        return super()._inbound_kinds() | {"balance": balance}


class MindboxInbound(models.Model):
    _name = "mindbox.inbound"
    _inherit = ["mindbox.inbound"]

    def _apply_balance(self, data):
        """Note how many points a card has in Mindbox.

        :return: the card
        :raise MindboxReasonError: there is none, or something newer is known
        """
        points = self._read_points(data.get("balance"))
        card = self._find_card(data.get("card"))
        self._check_newer(card.mindbox_points_at, card.mindbox_points, points)
        card.write({"mindbox_points": points, "mindbox_points_at": self.occurred_at})
        return card

    def _read_points(self, balance):
        """Return the points that can be used, or all where only those are told."""
        balance = balance if isinstance(balance, dict) else {}
        value = balance.get("available", balance.get("total"))
        try:
            points = round(float(str(value).replace(",", ".")), 2)
        except ValueError:
            points = float("nan")
        if not abs(points) < 1e12:
            raise MindboxRejected("inbound_part", part="balance")
        return points

    def _find_card(self, told):
        """Return the customer's card with a number; the only one where none is told."""
        cards = self.env["loyalty.card"].search(
            [("partner_id", "=", self.partner_id.id)]
        )
        cards = cards.filtered(lambda card: card._mindbox_is_relevant())
        number = told.get("number") if isinstance(told, dict) else None
        if number:
            cards = cards.filtered(lambda card: card.code == str(number))
        if len(cards) != 1:
            raise MindboxRejected("inbound_card")
        return cards
