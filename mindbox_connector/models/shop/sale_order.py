# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from ...exceptions import MindboxSkipped
from ..capture.mindbox_scope_order import PAID
from .milestones import STATE_MILESTONES, get_milestones

# What a cart or an order tells of itself, besides its lines.
CONTENT = frozenset(
    {"partner_id", "partner_shipping_id", "currency_id", "pricelist_id"}
)
FAVORITE = frozenset({"is_favorite", "favorite_name"})
CART_EVENTS = frozenset({"cart_set", "cart_clear"})


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

    def unlink(self):
        """A deleted cart is an empty cart."""
        carts = self.filtered(lambda o: o._mindbox_is_cart() and o.order_line)
        carts._mindbox_mark_last("cart_clear")
        return super().unlink()

    def _mindbox_mark_content(self):
        """Mark that the lines of carts or orders have changed."""
        carts = self.filtered(lambda order: order._mindbox_is_cart())
        carts._mindbox_mark("cart_set")
        placed = self.filtered(lambda order: order._mindbox_is_placed())
        placed._mindbox_mark("order_update")

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
        if self.state == "cancel" and was_placed:
            # Its total is another one now.
            self._mindbox_mark("order_update")

    def _mindbox_mark_placed(self):
        for customer in self.partner_id.filtered("user_ids"):
            # The operation for guests makes its customers by itself.
            customer._mindbox_introduce()
        self._mindbox_mark("order_create")
        self._mindbox_mark("order_status", milestone="created", in_lines=True)

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
            cards = order.coupon_point_ids.coupon_id | order.order_line.coupon_id
            cards._mindbox_note_cause(order)
        return super()._action_cancel()

    # === MILESTONES === #

    def _mindbox_is_paid_online(self):
        done = self.transaction_ids.filtered(lambda tx: tx.state == "done")
        paid = sum(done.mapped("amount"))
        covered = self.currency_id.compare_amounts(paid, self.amount_total) >= 0
        return bool(done) and covered

    def _mindbox_is_paid_by_invoice(self):
        """Online payments were told already, when the transaction was done."""
        invoices = self.invoice_ids.filtered(lambda move: move.state == "posted")
        return (
            self.invoice_status == "invoiced"
            and all(move.payment_state in PAID for move in invoices)
            and not self._mindbox_is_paid_online()
        )

    def _mindbox_shipped(self):
        """Return the milestone of an order some goods of which have just left."""
        if self.delivery_status != "full":
            return "partially_shipped"
        return "shipped" if self.carrier_id else "delivered"

    def _mindbox_reached(self):
        """Return the milestones the order has reached, the last one first."""
        return get_milestones(
            self.state,
            self._mindbox_is_paid_online() or self._mindbox_is_paid_by_invoice(),
            self.delivery_status,
            bool(self.carrier_id) and not self._mindbox_is_handed_over(),
        )

    def _mindbox_is_handed_over(self):
        """Whether carriers have handed over all that has left."""
        left = self.picking_ids._mindbox_to_customers().filtered(
            lambda picking: picking.state == "done"
        )
        return all(picking.delivered_at for picking in left)

    def _mindbox_returned(self):
        """Return {line ID: quantity that has come back}, in the unit of the product."""
        back = {line: line._mindbox_returned_quantity() for line in self.order_line}
        return {line.id: quantity for line, quantity in back.items() if quantity}

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
        """An order that is entered or imported afterwards was placed at its date."""
        return min(moment, self.date_order) if event == "order_create" else moment

    def _mindbox_subject(self, event):
        """A cart is no order yet: that is as old as its date."""
        subject = super()._mindbox_subject(event)
        return f"cart of {subject}" if event in CART_EVENTS else subject

    def _mindbox_resolve(self, event, endpoint):
        """A cart may have been emptied or ordered since it was marked."""
        if event != "cart_set":
            return event
        if not self._mindbox_is_cart():
            raise MindboxSkipped("cart_ordered")
        empty = not self.order_line._mindbox_goods()
        clears = empty and endpoint._get_operation("cart_clear")
        return "cart_clear" if clears else "cart_set"
