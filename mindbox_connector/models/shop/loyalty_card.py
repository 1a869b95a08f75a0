# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.tools import float_is_zero

from ..endpoint.mindbox_project import CARD_TYPES, WALLET_TYPES

CAUSES = "mindbox_connector.balance_causes"
TRACKED = frozenset({"partner_id", "program_id", "code", "active"})


class LoyaltyCard(models.Model):
    _name = "loyalty.card"
    _inherit = ["loyalty.card", "mindbox.source"]

    # === MARKS === #

    @api.model_create_multi
    def create(self, vals_list):
        cards = super().create(vals_list)
        cards._mindbox_mark("card_issue")
        for card in cards:
            card._mindbox_mark_balance(card.points)
        return cards

    def write(self, vals):
        before = {card: card.points for card in self} if "points" in vals else {}
        self._mindbox_mark_new_expiry(vals)
        result = super().write(vals)
        self._mindbox_mark_changed("card_issue", vals, TRACKED)
        for card, points in before.items():
            card._mindbox_mark_balance(card.points - points)
        return result

    def _mindbox_mark_balance(self, change):
        if not float_is_zero(change, precision_digits=2):
            order = self._mindbox_get_causes().pop(self.id, None)
            self._mindbox_mark("card_balance", change=round(change, 2), order_id=order)

    def _mindbox_mark_new_expiry(self, vals):
        """Points in Mindbox keep the expiry they came with: they are given anew."""
        if "expiration_date" not in vals:
            return
        expires = fields.Date.to_date(vals["expiration_date"]) or False
        for card in self.filtered(lambda card: card.expiration_date != expires):
            if card.points > 0:
                card._mindbox_mark("card_balance", change=-round(card.points, 2))
                card._mindbox_mark("card_balance", change=round(card.points, 2))

    def _mindbox_get_causes(self):
        """Return {card ID: order ID} of the balance changes that are about to come."""
        return self.env.cr.precommit.data.setdefault(CAUSES, {})

    def _mindbox_note_cause(self, order):
        """Remember by which order the next change of these cards' points comes."""
        for card_id in self.ids:
            self._mindbox_get_causes()[card_id] = order.id

    # === SOURCE === #

    def _mindbox_is_relevant(self):
        """A card that exists only while a cart is open is none yet.

        Once Mindbox knows of it, it stays one: also when that order is cancelled.
        """
        state = self.order_id.state
        return self.program_type in CARD_TYPES + WALLET_TYPES and (
            state in (False, "sale")
            or bool(self.points)
            or (state == "cancel" and self.env["mindbox.scope"]._knows("cards", self))
        )

    def _mindbox_concerns(self, event, customer, visitor):
        """Points that have changed were there before or are there now."""
        if event == "card_balance":
            return self.program_type in CARD_TYPES + WALLET_TYPES and bool(customer)
        return self.active and bool(customer) and self._mindbox_is_relevant()

    def _mindbox_customer(self):
        return self.partner_id._mindbox_customer()

    def _mindbox_endpoints(self, website_id):
        endpoints = super()._mindbox_endpoints(website_id)
        return endpoints.filtered(
            lambda endpoint: self.program_type in endpoint._get_card_types()
        )

    def _mindbox_explain_silence(self):
        if self.program_type == "gift_card":
            return self.env._(
                "A gift card: told with the orders in which it is sold and spent."
            )
        if self.program_type in WALLET_TYPES and not self._mindbox_endpoints(False):
            return self.env._(
                "An e-wallet: the integration point does not tell of e-wallets."
            )
        if self.program_type not in CARD_TYPES + WALLET_TYPES:
            return self.env._("A coupon: Mindbox hears of cards.")
        return super()._mindbox_explain_silence()

    def _mindbox_shop(self):
        order = self.order_id
        website = order.website_id or self.program_id.website_id
        company = self.company_id or order.company_id or self.partner_id.company_id
        return website, company

    # === ROWS OF FILES === #

    def _mindbox_header(self, endpoint):
        """Return the columns of an import of cards with their owners."""
        owner = f"ExternalIdentity{endpoint.customer_id_name}"
        header = [owner, "CardNumber", "Status", "StatusChangeDateTimeUtc"]
        return header + ["CardType"] * bool(endpoint.card_type)

    def _mindbox_row(self, endpoint):
        """Return the cells of a card in such a file."""
        return [
            str(self._mindbox_customer().id),
            self.code,
            "Activated" if self.active else "Inactive",
            endpoint._format_moment(self.create_date),
            *filter(None, [endpoint.card_type]),
        ]

    # === BODIES === #

    def _mindbox_card_issue_body(self, endpoint):
        return {
            "customer": self._mindbox_customer()._mindbox_identity(endpoint),
            "discountCard": {"ids": {"number": self.code}},
        }

    def _mindbox_card_balance_body(self, endpoint, change, order_id=None):
        """Return a change of the balance in points, with the order it came from."""
        order = self.env["sale.order"].browse(order_id or []).exists()
        balance = {"changeAmount": change, "comment": self._mindbox_get_comment(order)}
        if self.expiration_date and change > 0:
            balance["expirationDateTimeUtc"] = endpoint._format_moment(
                self._mindbox_expires_at(endpoint)
            )
        if name := self._mindbox_balance(endpoint):
            balance["balanceType"] = {"ids": {"systemName": name}}
        body = {
            "customer": self._mindbox_customer()._mindbox_identity(endpoint),
            "balanceChanges": [balance],
        }
        if endpoint.balance_card:
            body["discountCard"] = {"ids": {"number": self.code}}
        if endpoint.balance_order and order:
            body["order"] = {"ids": endpoint._get_order_ids(order)}
        if endpoint.point_of_contact:
            body["pointOfContact"] = endpoint.point_of_contact
        return body

    def _mindbox_balance(self, endpoint):
        """Return the balance that the points of this card belong to, "" for the one."""
        return self.program_id.mindbox_balance or endpoint.balance_name or ""

    def _mindbox_expires_at(self, endpoint):
        """Return the end of the last day on which Odoo accepts the points, in UTC."""
        zone = timezone(endpoint.company_id.partner_id.tz or "UTC")
        day_after = fields.Datetime.to_datetime(self.expiration_date + timedelta(1))
        return zone.localize(day_after).astimezone(utc).replace(tzinfo=None)

    def _mindbox_get_comment(self, order):
        return f"Odoo: {order.name}" if order else f"Odoo: {self.program_id.name}"
