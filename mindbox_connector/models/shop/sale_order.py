# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


from odoo import api, fields, models

from ...exceptions import MindboxSkipped
from ..capture.mindbox_scope import PAID
from .amounts import allocate, as_number, to_cents

CONTENT = frozenset(
    {"partner_id", "partner_shipping_id", "currency_id", "pricelist_id"}
)
FAVORITE = frozenset({"is_favorite", "favorite_name"})
CART_EVENTS = frozenset({"cart_set", "cart_clear"})
# From the last milestone of an order to the first.
MILESTONES = (
    "shipped",
    "delivered",
    "partially_shipped",
    "paid",
    "confirmed",
    "created",
)
STATE_MILESTONES = {"sale": "confirmed", "cancel": "cancelled", "draft": "quotation"}


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
            self._mindbox_mark("order_status", milestone=milestone)

    def _mindbox_mark_placed(self):
        self._mindbox_mark("order_create")
        self._mindbox_mark("order_status", milestone="created")

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

    def _mindbox_resolve(self, event, endpoint):
        """A cart may have been emptied or ordered since it was marked."""
        if event != "cart_set":
            return event
        if not self._mindbox_is_cart():
            raise MindboxSkipped(self.env._("The cart has become an order."))
        empty = not self.order_line._mindbox_goods()
        clears = empty and endpoint._get_operation("cart_clear")
        return "cart_clear" if clears else "cart_set"

    # === BODIES === #

    def _mindbox_cart_set_body(self, endpoint):
        body = self._mindbox_cart_clear_body(endpoint)
        body["productList"] = self._mindbox_list_items(endpoint)
        return body

    def _mindbox_list_items(self, endpoint):
        """Return what is in the cart; products without an ID are left out."""
        return [
            line._mindbox_list_item(endpoint, cents)
            for line, cents in self._mindbox_allocate(endpoint).items()
            if endpoint._get_product_ids(line.product_id)
        ]

    def _mindbox_cart_clear_body(self, endpoint):
        return self._mindbox_customer()._mindbox_customer_part(endpoint)

    def _mindbox_order_create_body(self, endpoint):
        return self._mindbox_order_update_body(endpoint)

    def _mindbox_order_update_body(self, endpoint):
        customer = self._mindbox_customer()
        guest = self._mindbox_is_guest()
        identity = customer._mindbox_identity(endpoint)
        return {
            "customer": customer._mindbox_profile(endpoint) if guest else identity,
            "order": {
                "ids": endpoint._get_order_ids(self),
                **self._mindbox_totals(endpoint),
                **{key: identity[key] for key in CONTACTS if key in identity},
                **self._mindbox_discounts(endpoint),
                "lines": self._mindbox_lines(endpoint),
            },
        }

    def _mindbox_order_status_body(
        self, endpoint, milestone=None, lines=None, refund=0
    ):
        """Return a new status of the whole order, or of some of its lines.

        :param str milestone: key of the endpoint's statuses; None for the last one
            that the order has reached
        :param lines: [(line ID, quantity)], None for the whole order
        :param float refund: money that went back, in the order's currency
        """
        if milestone is None:
            milestone = self._mindbox_last_milestone(endpoint)
        status = self._mindbox_status(endpoint, milestone)
        order = {"ids": endpoint._get_order_ids(self)}
        if lines is None:
            lines = self._mindbox_kept_lines()
        if lines is None:
            return {"orderLinesStatus": status, "order": order}
        if lines:
            order["lines"] = [
                {
                    "lineId": str(line_id),
                    "quantity": as_number(quantity),
                    "status": status,
                }
                for line_id, quantity in lines
            ]
        if refund:
            amount = {"amount": to_cents(refund * self._mindbox_rate(endpoint)) / 100}
            type_ = {"type": endpoint.payment_type} if endpoint.payment_type else {}
            order["returnedPayments"] = [type_ | amount]
        return {"order": order}

    def _mindbox_kept_lines(self):
        """Return [(line ID, quantity)] of what did not come back, None for all of it.

        A status of the whole order would be one of the returned goods, too.

        :raise MindboxSkipped: all of it came back
        """
        returned = self._mindbox_returned()
        if not returned:
            return None
        rest = {
            line.id: round(line._mindbox_quantity() - returned.get(line.id, 0), 3)
            for line in self.order_line._mindbox_goods()
        }
        kept = [
            (line_id, quantity) for line_id, quantity in rest.items() if quantity > 0
        ]
        if not kept:
            raise MindboxSkipped(self.env._("All of the order came back."))
        return kept

    def _mindbox_order_favorite_body(self, endpoint, favorite, name):
        customer = self._mindbox_customer()
        return {
            "customer": customer._mindbox_identity(endpoint),
            "order": {
                "ids": endpoint._get_order_ids(self),
                "customFields": {"isFavorite": favorite, "favoriteName": name},
            },
        }

    def _mindbox_last_milestone(self, endpoint):
        """Return the last milestone with a status; without any, the last one."""
        statuses = endpoint._get_statuses()
        reached = self._mindbox_reached()
        return next((m for m in reached if statuses.get(m)), reached[0])

    def _mindbox_status(self, endpoint, milestone):
        """Return the project's status for a milestone.

        :raise MindboxSkipped: none is mapped
        """
        status = endpoint._get_statuses().get(milestone)
        if not status:
            field = endpoint.status_ids._fields["milestone"]
            label = dict(field._description_selection(self.env))[milestone]
            raise MindboxSkipped(self.env._("No status is mapped for “%s”.", label))
        return status

    # === AMOUNTS: tax included, in the endpoint's currency, to the cent === #

    def _mindbox_rate(self, endpoint):
        """Return the factor from the order's currency to the endpoint's."""
        return self.currency_id._get_conversion_rate(
            self.currency_id, endpoint.currency_id, self.company_id, self.date_order
        )

    def _mindbox_total_cents(self, endpoint):
        """Return (total, delivery) in cents of the endpoint's currency.

        A discount may be for the delivery, too: that cannot cost more than all.
        """
        rate = self._mindbox_rate(endpoint)
        delivery = sum(self.order_line._mindbox_delivery().mapped("price_total"))
        total = to_cents(self.amount_total * rate)
        return total, max(0, min(to_cents(delivery * rate), total))

    def _mindbox_totals(self, endpoint):
        total, delivery = self._mindbox_total_cents(endpoint)
        if not endpoint.delivery_in_total:
            total -= delivery
        return {"deliveryCost": delivery / 100, "totalPrice": total / 100}

    def _mindbox_allocate(self, endpoint):
        """Return {line: cents}: what is paid for each line of goods.

        Discounts and rewards are lines of their own in Odoo; here each line carries
        its share of them, so that lines and delivery add up to the total.
        """
        goods = self.order_line._mindbox_goods()
        shares = {line: to_cents(line.price_total) for line in goods}
        for reduction in self.order_line._mindbox_reductions():
            lines = list(reduction._mindbox_reduced(goods))
            weights = [max(shares[line], 0) for line in lines]
            parts = allocate(to_cents(reduction.price_total), weights)
            for line, part in zip(lines, parts, strict=True):
                shares[line] += part
        total, delivery = self._mindbox_total_cents(endpoint)
        weights = [max(share, 0) for share in shares.values()]
        return dict(zip(shares, allocate(total - delivery, weights), strict=True))

    def _mindbox_lines(self, endpoint):
        """Return the lines of the order.

        :raise MindboxRejected: a product has no ID by the chosen reference
        """
        allocated = self._mindbox_allocate(endpoint)
        for line in allocated:
            endpoint._check_product_ids(line.product_id)
        rate = self._mindbox_rate(endpoint)
        return [
            line._mindbox_order_line(endpoint, number, cents, rate)
            for number, (line, cents) in enumerate(allocated.items(), start=1)
        ]

    def _mindbox_discounts(self, endpoint):
        """Return the discounts the project wants to see named, {} where none."""
        rate = self._mindbox_rate(endpoint)
        discounts = [
            discount
            for line in self.order_line._mindbox_reductions()
            if (discount := line._mindbox_discount(endpoint, rate))
        ]
        return {"discounts": discounts} if discounts else {}


CONTACTS = ("email", "mobilePhone")


def get_milestones(state, paid, delivery_status, with_carrier):
    """Return the milestones that an order has reached, the last one first.

    :param str state: of the order
    :param bool paid: whether payments or paid invoices cover it
    :param str delivery_status: of the order, empty without transfers
    :param bool with_carrier: whether a carrier has still to hand over what has left
    """
    if state == "cancel":
        return ["cancelled"]
    full = delivery_status == "full"
    reached = {
        "shipped": full and with_carrier,
        "delivered": full and not with_carrier,
        "partially_shipped": delivery_status in ("partial", "started"),
        "paid": paid,
        "confirmed": state == "sale",
        "created": True,
    }
    return [milestone for milestone in MILESTONES if reached[milestone]]
