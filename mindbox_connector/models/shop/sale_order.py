# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models

from ...exceptions import MindboxSkipped
from ..capture.mindbox_scope_order import PICKED_UP
from .milestones import STATE_MILESTONES, get_milestones
from .standing import Standing

# What a cart or an order tells of itself, besides its lines.
CONTENT = frozenset(
    {"partner_id", "partner_shipping_id", "currency_id", "pricelist_id"}
)
FAVORITE = frozenset({"is_favorite", "favorite_name"})
CART_EVENTS = frozenset({"cart_set", "cart_clear"})
# An order's date is cut to seconds, and set when its confirmation begins.
DATE_PRECISION = timedelta(seconds=5)


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "mindbox.source"]

    is_favorite = fields.Boolean(
        string="Favourite",
        copy=False,
        help="The customer has marked this order, to find it and to order it again.",
    )
    favorite_name = fields.Char(
        copy=False, help="How the customer calls this favourite order."
    )

    # === MARKS === #

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        placed = orders.filtered(lambda order: order._mindbox_is_placed())
        placed._mindbox_mark_placed()
        (orders - placed)._mindbox_mark_content()
        return orders

    def write(self, vals):
        if "partner_id" in vals:
            self._mindbox_mark_handed_over(vals["partner_id"])
        if "state" not in vals:
            result = super().write(vals)
            if not FAVORITE.isdisjoint(vals):
                self._mindbox_mark_favorite()
            if not CONTENT.isdisjoint(vals):
                self._mindbox_mark_content()
            return result
        before = [
            (order, order.state, order._mindbox_is_cart(), order._mindbox_is_placed())
            for order in self
        ]
        result = super().write(vals)
        for order, state, was_cart, was_placed in before:
            if order.state != state:
                order._mindbox_mark_state(was_cart, was_placed)
        return result

    def _compute_field_value(self, field):
        """Totals are computed: new taxes or prices never pass through write()."""
        if field.name != "amount_total":
            return super()._compute_field_value(field)
        before = {order: order.amount_total for order in self if order.id}
        result = super()._compute_field_value(field)
        for order, total in before.items():
            if order.currency_id.compare_amounts(total, order.amount_total):
                order._mindbox_mark_content()
        return result

    def _mindbox_mark_content(self):
        """Mark that the lines of carts or orders have changed."""
        carts = self.filtered(lambda order: order._mindbox_is_cart())
        carts._mindbox_mark("cart_set")
        placed = self.filtered(lambda order: order._mindbox_is_placed())
        placed._mindbox_mark_update()

    def _mindbox_mark_favorite(self):
        for order in self:
            order._mindbox_mark(
                "order_favorite",
                favorite=order.is_favorite,
                name=order.favorite_name or "",
            )

    def _mindbox_mark_state(self, was_cart, was_placed):
        """Mark what a new state means: placed, confirmed, cancelled, reopened."""
        if was_cart:
            self._mindbox_mark("cart_clear")
        self._mindbox_mark_content()
        if self._mindbox_is_placed() and not was_placed:
            self._mindbox_mark_placed()
        milestone = STATE_MILESTONES.get(self.state)
        if self.state == "sale" or milestone and self._mindbox_was_sent(was_placed):
            is_new = self.state == "sale" and not was_placed
            self._mindbox_mark("order_status", milestone=milestone, in_lines=is_new)
            if self.state == "sale" and Standing(self).is_paid:
                self._mindbox_mark_once("order_status", milestone="paid")
        if self.state == "cancel" and was_placed:
            # Its total is another one now.
            self._mindbox_mark("order_update")

    def _mindbox_mark_placed(self):
        for customer in self.partner_id.filtered("user_ids"):
            # The operation for guests makes its customers by itself.
            customer._mindbox_introduce()
        self._mindbox_mark("order_create")
        self._mindbox_mark("order_status", milestone="created", in_lines=True)
        self._mindbox_bring_cards()

    def _mindbox_was_sent(self, was_placed):
        """Whether Mindbox knows the order, so that its status can change there."""
        domain = [
            *self._mindbox_requests_domain(),
            ("event", "=", "order_create"),
            ("state", "in", ("pending", "sent")),
        ]
        requests = self.env["mindbox.request"].sudo()
        return was_placed or bool(requests.search_count(domain, limit=1))

    def _action_confirm(self):
        """Cards that the cart has made become real with the order."""
        result = super()._action_confirm()
        self.coupon_point_ids.coupon_id._mindbox_mark("card_issue")
        return result

    def _action_cancel(self):
        for order in self.filtered(lambda order: order.state == "sale"):
            for card, points in order._get_point_changes().items():
                card._mindbox_note_cause(order, -points)
        return super()._action_cancel()

    # === MILESTONES === #

    def _mindbox_shipped(self, delivery):
        """Return the milestone of goods that have left, None where none has.

        What a customer takes along in the shop needs nobody to hand it over.
        """
        if delivery != "full":
            return "partially_shipped" if delivery else None
        return "shipped" if self._mindbox_has_carrier() else "delivered"

    def _mindbox_has_carrier(self):
        return bool(self.carrier_id) and self.carrier_id.delivery_type != PICKED_UP

    def _mindbox_reached(self, standing=None):
        """Return the milestones the order has reached, the last one first."""
        standing = standing or Standing(self)
        return get_milestones(
            self.state,
            standing.is_paid,
            standing.delivery,
            self._mindbox_has_carrier() and not self._mindbox_is_handed_over(),
        )

    def _mindbox_is_handed_over(self):
        """Whether carriers have handed over all that has left."""
        left = self.picking_ids._mindbox_to_customers().filtered(
            lambda picking: picking.state == "done"
        )
        return all(picking.delivered_at for picking in left)

    # === SOURCE === #

    def _mindbox_is_cart(self):
        return bool(self.website_id) and self.state == "draft"

    def _mindbox_is_placed(self):
        """A quotation of the back office is an order once it is confirmed; an order
        of the website also while it waits for the payment."""
        return self.state == "sale" or (bool(self.website_id) and self.state == "sent")

    def _mindbox_is_relevant(self):
        return self._mindbox_is_cart() or self._mindbox_is_placed()

    def _mindbox_is_told_otherwise(
        self, endpoint, event, in_lines=False, refund=0, **facts
    ):
        """The lines of an order that is placed or changed carry their status."""
        if event != "order_status" or not endpoint._tells_status_in_lines():
            return super()._mindbox_is_told_otherwise(endpoint, event, **facts)
        return in_lines and not refund

    def _mindbox_concerns(self, event, customer, visitor):
        """Carts of unknown visitors matter where the device is known."""
        device = event in CART_EVENTS and visitor["device_uuid"]
        return bool(customer or device)

    def _mindbox_customer(self):
        return self.partner_id._mindbox_customer()

    def _mindbox_explain_silence(self):
        if not (self._mindbox_is_cart() or self._mindbox_is_placed()):
            if self.state != "cancel":
                return self.env._("A quotation: recorded once it is confirmed.")
        return super()._mindbox_explain_silence()

    def _mindbox_shop(self):
        return self.website_id, self.company_id

    def _mindbox_is_guest(self):
        return self._mindbox_customer()._mindbox_is_guest()

    def _mindbox_moment(self, event, moment):
        """An order that is entered or imported afterwards was placed at its date.

        The date of one that is placed now would be before what happened just now.
        """
        is_placing = event == "order_create"
        is_older = is_placing and moment - self.date_order > DATE_PRECISION
        return self.date_order if is_older else moment

    def _mindbox_subject(self, event):
        """A cart is no order yet: that is as old as its date. Mindbox has one for each
        customer, whichever of them it is in Odoo."""
        if event not in CART_EVENTS:
            return super()._mindbox_subject(event)
        return f"cart of {self._mindbox_customer() or self}"

    def _mindbox_resolve(self, event, endpoint):
        """A cart may have been ordered since it was marked; and another may be left.

        An order that is placed again is known already.
        """
        if event == "order_create" and Standing(self).is_known(endpoint):
            return "order_update"
        if event not in CART_EVENTS:
            return event
        if event == "cart_set" and not self._mindbox_is_cart():
            raise MindboxSkipped("cart_ordered")
        clears = endpoint._get_operation("cart_clear")
        return "cart_clear" if clears and not self.mindbox_live_cart_id else "cart_set"
