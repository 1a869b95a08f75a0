# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was told of somebody as of another customer, once they are two; or one."""

from datetime import datetime

from odoo import models

from ..outbox.json_text import to_text


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    def _on_mindbox_move(self, endpoint, before, person):
        result = super()._on_mindbox_move(endpoint, before, person)
        self._mindbox_move_orders(endpoint)
        self._mindbox_move_points(endpoint, before, person)
        self._mindbox_move_cart(endpoint, before)
        self._mindbox_move_lists(before, person)
        return result

    def _mindbox_move_orders(self, endpoint):
        """An order names its customer whenever it is told."""
        family = ("partner_id", "in", self._with_addresses().ids)
        placed = ("state", "!=", "draft")
        orders = self.env["sale.order"].sudo().search([family, placed])
        for order in orders:
            if endpoint in order._mindbox_tellers() and order._mindbox_may_be_told():
                order._mindbox_mark_update()

    def _mindbox_move_points(self, endpoint, before, person):
        """Points are the customer's: they go, and they come. A card Mindbox alone can
        move; so it is told, and somebody is asked.
        """
        cards = self.env["loyalty.card"].sudo().with_context(active_test=False)
        cards = cards.search([("partner_id", "in", self.ids)])
        ledger = self.env["mindbox.ledger"].sudo()
        known = ledger._get_known(endpoint, "cards", cards.ids)
        is_there = before and not before.mindbox_erased_at
        if not is_there:
            # What was on them goes with who is deleted there.
            own = [("endpoint_id", "=", endpoint.id), ("kind", "=", "cards")]
            ledger.search([*own, ("res_id", "in", cards.ids)]).amount = 0
        for card in cards.filtered(lambda card: card.id in known):
            points, _state = known[card.id]
            card._mindbox_mark("card_issue")
            if points and is_there:
                card._mindbox_mark_at(endpoint, before, -points, known_as=before.id)
            if points:
                card._mindbox_mark_at(endpoint, person, points)

    def _mindbox_move_cart(self, endpoint, before):
        """Both have their newest cart; who has none left has an empty one."""
        self._mindbox_mark_cart()
        family = ("partner_id", "in", self._with_addresses().ids)
        carts = self.env["sale.order"].sudo().search([family, ("state", "=", "draft")])
        carts = carts.filtered(lambda cart: cart._mindbox_fills_cart())
        if not (before and carts):
            return
        left = before._mindbox_find_carts(carts)
        if cart := left.get((before, endpoint.id)):
            cart._mindbox_mark("cart_set")
        else:
            carts[:1]._mindbox_empty_cart_of(endpoint, before)

    def _mindbox_move_lists(self, before, person):
        """A list is told as a whole: that of who had it, and that of who has it now."""
        for partner in before | person:
            if self.sudo().wishlist_ids:
                partner._mindbox_mark("wishlist_set")
            if self.sudo()._mindbox_awaited():
                partner._mindbox_mark("restock_set")


class LoyaltyCard(models.Model):
    _name = "loyalty.card"
    _inherit = ["loyalty.card"]

    def _mindbox_mark_at(self, endpoint, customer, change, **facts):
        """Mark points of a customer that come or go at one integration point."""
        facts |= {"customer_id": customer.id, "only": endpoint.id}
        self._mindbox_mark("card_balance", change=round(change, 2), **facts)


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order"]

    def _mindbox_may_be_told(self):
        """Whether Mindbox was told of the order, or is about to be."""
        waiting = [
            ("res_model", "=", self._name),
            ("res_id", "=", self.id),
            ("state", "=", "pending"),
        ]
        return self.env["mindbox.scope"]._knows("orders", self) or bool(
            self.env["mindbox.request"].sudo().search_count(waiting, limit=1)
        )

    def _mindbox_empty_cart_of(self, endpoint, customer):
        """Have the cart emptied of whom these carts were told as."""
        event = "cart_clear" if endpoint._get_operation("cart_clear") else "cart_set"
        operation = endpoint._get_operation(event)
        if not operation:
            return
        now = datetime.utcnow()
        body = {"customer": {"ids": {endpoint.customer_id_name: str(customer.id)}}}
        if event == "cart_set":
            body["productList"] = []
        if operation["send_execution_time"]:
            body["executionDateTimeUtc"] = endpoint._format_moment(now)
        row = self._mindbox_prepare_row(event, operation) | {
            "endpoint_id": endpoint.id,
            "partner_id": customer.id,
            "customer_key": f"partner-{customer.id}",
            "occurred_at": now,
            "merge_key": None,
            "payload": to_text(body),
        }
        self.env["mindbox.request"].sudo()._insert([row])
