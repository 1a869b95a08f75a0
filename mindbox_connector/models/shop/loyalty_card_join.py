# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A customer and a card meet at an integration point that knows but one of them.

Who has a card and buys by another one: it hears of the card. Who is given the card of a
website where nobody has seen him yet: it hears of him, before the card.
"""

from odoo import models

from ..capture.mindbox_source import MARKS, Mark


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order"]

    def _mindbox_bring_cards(self):
        """Tell the integration points of these orders of the cards of the customers."""
        if not (
            self._mindbox_listens()
            and self.env["mindbox.endpoint"]._has_several_shops()
        ):
            return
        for order in self.with_env(self._mindbox_get_env()):
            customer = order.partner_id._mindbox_customer()
            mine = [("partner_id", "in", customer.ids)]
            cards = self.env["loyalty.card"].sudo().search(mine)
            endpoints = order._mindbox_endpoints(False)
            if endpoints - customer.mindbox_known_to_ids:
                # A card is told before the order that would make its owner there.
                customer._mindbox_mark_new()
            for endpoint in endpoints:
                cards._mindbox_join(endpoint)


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    def _mindbox_holds_cards_of(self):
        """Return the integration points that alone tell of some card of a customer."""
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .search(
                [("partner_id", "=", self.id), ("program_id.website_id", "!=", False)]
            )
        )
        told = (card._mindbox_endpoints(False).ids for card in cards)
        return self.env["mindbox.endpoint"].browse(set().union(*told))


class LoyaltyCard(models.Model):
    _name = "loyalty.card"
    _inherit = ["loyalty.card"]

    def _mindbox_bring_owners(self):
        """Have owners made where they are not known, before their cards are told."""
        cards = self.filtered("program_id.website_id")
        if not cards or not self._mindbox_listens():
            return
        for card in cards.with_env(self._mindbox_get_env()):
            owner = card._mindbox_customer()
            if owner and card._mindbox_endpoints(False) - owner.mindbox_known_to_ids:
                owner._mindbox_mark_new()

    def _mindbox_join(self, endpoint):
        """Tell an integration point of cards that it does not know, with all on them.

        What this transaction has changed so far is told by marks of its own.
        """
        cards = self.with_env(self._mindbox_get_env()).filtered(
            lambda card: endpoint in card._mindbox_endpoints(False)
        )
        known = (
            self.env["mindbox.ledger"].sudo()._get_known(endpoint, "cards", cards.ids)
        )
        for card in cards.filtered(lambda card: card.id not in known):
            card._mindbox_mark("card_issue")
            change = round(card.points - card._mindbox_get_marked(endpoint), 2)
            if change:
                card._mindbox_mark("card_balance", change=change, only=endpoint.id)

    def _mindbox_get_marked(self, endpoint):
        """Return the points that are marked for an integration point already."""
        marks = self.env.cr.precommit.data.get(MARKS, {})
        changes = marks.get(Mark("card_balance", self._name, self.id, False), ())
        return sum(
            facts["change"]
            for _moment, facts in changes
            if facts.get("only", endpoint.id) == endpoint.id
        )

    def _mindbox_is_told_otherwise(self, endpoint, event, only=None, **facts):
        """What was on a card before is told to whoever did not know of it."""
        if only and only != endpoint.id:
            return True
        return super()._mindbox_is_told_otherwise(endpoint, event, **facts)
