# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.tools import float_is_zero, float_round

from ..capture.mindbox_source import MARKS, Mark
from ..endpoint.mindbox_project import CARD_TYPES, WALLET_TYPES
from .res_partner import MERGING_KEY

CAUSES = "mindbox_connector.balance_causes"
TRACKED = frozenset({"partner_id", "program_id", "code", "active"})


class LoyaltyCard(models.Model):
    _name = "loyalty.card"
    _inherit = ["loyalty.card", "mindbox.source"]

    mindbox_endpoint_ids = fields.Many2many(
        "mindbox.endpoint",
        string="Integration Points",
        compute="_compute_mindbox_endpoint_ids",
        groups="mindbox_connector.group_mindbox_user",
        help="They tell of the card and its points: the one by which it was issued, "
        "and each one by which its owner buys. The card of a program that is for one "
        "website only is told by that website's alone.",
    )

    def _compute_mindbox_endpoint_ids(self):
        for card in self:
            endpoints = card.sudo()._mindbox_endpoints(False).sudo(False)
            card.mindbox_endpoint_ids = endpoints._filtered_access("read")

    # === MARKS === #

    @api.model_create_multi
    def create(self, vals_list):
        cards = super().create(vals_list)
        cards._mindbox_mark("card_issue")
        cards._mindbox_bring_owners()
        for card in cards:
            card._mindbox_mark_balance(0)
        return cards

    def write(self, vals):
        before = {card: card.points for card in self} if "points" in vals else {}
        self._mindbox_mark_new_expiry(vals)
        if "partner_id" in vals:
            self._mindbox_mark_handed_over(vals["partner_id"])
        result = super().write(vals)
        self._mindbox_mark_changed("card_issue", vals, TRACKED)
        if "partner_id" in vals:
            self._mindbox_bring_owners()
        for card, points in before.items():
            card._mindbox_mark_balance(points)
        return result

    def _mindbox_mark_balance(self, before):
        """Tell the difference of rounded balances: parts of points add up to whole."""
        after, before = (
            float_round(points, precision_digits=2) for points in (self.points, before)
        )
        self._mindbox_mark_points(after - before)

    def _mindbox_mark_points(self, change):
        """Mark that points have come or gone, for each order by which they have."""
        *others, (order, _points) = self._mindbox_use_causes() or [(None, 0)]
        for other, points in others:
            self._mindbox_add_change(other, points)
            change -= points
        self._mindbox_add_change(order, change)

    def _mindbox_add_change(self, order_id, change):
        """Mark a change; what an order does in two steps is one change."""
        marks = self.env.cr.precommit.data.get(MARKS, {})
        entries = marks.get(Mark("card_balance", self._name, self.id, False), [])
        same = [e for e in entries if order_id and e[1].get("order_id") == order_id]
        for entry in same:
            entries.remove(entry)
            change += entry[1]["change"]
        if not float_is_zero(change, precision_digits=2):
            self._mindbox_mark(
                "card_balance", change=round(change, 2), order_id=order_id
            )

    def _mindbox_mark_handed_over(self, partner_id):
        """Points belong to the customer: who gives a card away gives them away.

        Customers who are merged have one balance in any case.
        """
        if self.env.context.get(MERGING_KEY):
            return
        taker = self.env["res.partner"].browse(partner_id)._mindbox_customer()
        for card in self:
            giver, points = card._mindbox_customer(), round(card.points, 2)
            if giver != taker and points:
                for customer, change in ((giver, -points), (taker, points)):
                    if customer:
                        card._mindbox_mark(
                            "card_balance", change=change, customer_id=customer.id
                        )

    def _mindbox_mark_new_expiry(self, vals):
        """Points in Mindbox keep the expiry they came with: they are given anew."""
        if "expiration_date" not in vals:
            return
        expires = fields.Date.to_date(vals["expiration_date"]) or False
        for card in self.filtered(lambda card: card.expiration_date != expires):
            if card.points > 0:
                card._mindbox_mark("card_balance", change=-round(card.points, 2))
                card._mindbox_mark("card_balance", change=round(card.points, 2))

    def _mindbox_use_causes(self):
        """Return [(order ID, points)] of the change that has come; more of it may."""
        causes = self.env.cr.precommit.data.get(CAUSES, {})
        noted = list(causes.get(self.id, {}).items())
        if noted:
            causes[self.id] = {noted[-1][0]: 0}
        return noted

    def _mindbox_note_cause(self, order, points=0):
        """Remember by which order the next change of these cards' points comes.

        :param float points: how much of it, where several orders come together
        """
        causes = self.env.cr.precommit.data.setdefault(CAUSES, {})
        for card_id in self.ids:
            noted = causes.setdefault(card_id, {})
            noted[order.id] = points or noted.get(order.id, 0)

    # === SOURCE === #

    def _mindbox_is_relevant(self):
        """A card that exists only while a cart is open is none yet.

        Once Mindbox knows of it, it stays one: also when that order is cancelled.
        """
        state = self.order_id.state
        return self.program_type in CARD_TYPES + WALLET_TYPES and (
            state in (False, "sale")
            or bool(self.points)
            or (state == "cancel" and self._mindbox_was_told())
        )

    def _mindbox_was_told(self):
        """Whether Mindbox was told of the card, or is about to be."""
        waiting = [
            ("res_model", "=", self._name),
            ("res_id", "=", self.id),
            ("state", "=", "pending"),
        ]
        return self.env["mindbox.scope"]._knows("cards", self) or bool(
            self.env["mindbox.request"].sudo().search_count(waiting, limit=1)
        )

    def _mindbox_concerns(self, event, customer, visitor):
        """Points that have changed were there before or are there now."""
        if event == "card_balance":
            return self.program_type in CARD_TYPES + WALLET_TYPES and bool(customer)
        return self.active and bool(customer) and self._mindbox_is_relevant()

    def _mindbox_customer(self):
        return self.partner_id._mindbox_customer()

    def _mindbox_endpoints(self, website_id):
        """A card belongs to where it was issued, and to wherever its owner buys.

        The card of a program that is for one website only belongs there alone.
        """
        endpoints = super()._mindbox_endpoints(website_id)
        if not self.program_id.website_id:
            endpoints |= self._mindbox_bought_by()
        return endpoints.filtered(
            lambda endpoint: self.program_type in endpoint._get_card_types()
        )

    def _mindbox_bought_by(self):
        """Return the integration points by which the orders of the owner leave."""
        endpoint = self.env["mindbox.endpoint"]
        if not endpoint._has_several_shops():
            return endpoint
        _website, company = self._mindbox_shop()
        orders = self._mindbox_customer().sale_order_ids
        shops = {
            (order.website_id.id, order.company_id.id)
            for order in orders
            if order.state != "draft"
            and order.company_id in (company or order.company_id)
        }
        return endpoint.browse({endpoint._get_route(*shop) for shop in shops} - {False})

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
            str(self._mindbox_customer()._mindbox_person(endpoint).id),
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

    def _mindbox_card_balance_body(
        self,
        endpoint,
        change,
        order_id=None,
        customer_id=None,
        known_as=None,
        only=None,
    ):
        """Return a change of the balance in points, with the order it came from.

        :param int customer_id: whose points they are, where not the card owner's
        :param int known_as: as whom Mindbox had the customer when it got the points
        """
        order = self.env["sale.order"].browse(order_id or []).exists()
        balance = {"changeAmount": change, "comment": self._mindbox_get_comment(order)}
        if self.expiration_date and change > 0:
            balance["expirationDateTimeUtc"] = endpoint._format_moment(
                self._mindbox_expires_at(endpoint)
            )
        if name := self._mindbox_balance(endpoint):
            balance["balanceType"] = {"ids": {"systemName": name}}
        customer = self._mindbox_fact_customer(customer_id=customer_id)
        identity = customer._mindbox_identity(endpoint)
        if known_as:
            identity["ids"][endpoint.customer_id_name] = str(known_as)
        body = {"customer": identity, "balanceChanges": [balance]}
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
