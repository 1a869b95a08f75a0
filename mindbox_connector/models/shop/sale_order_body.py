# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Carts and orders as bodies: lines, discounts and amounts, to the cent."""

from collections import defaultdict

from odoo import models

from ...exceptions import MindboxSkipped
from .amounts import allocate, as_number, divide_parts, to_cents
from .milestones import MILESTONES
from .standing import Standing


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order"]

    # === BODIES === #

    def _mindbox_cart_set_body(self, endpoint):
        body = self._mindbox_cart_clear_body(endpoint)
        body["productList"] = self.mindbox_live_cart_id._mindbox_list_items(endpoint)
        return body

    def _mindbox_list_items(self, endpoint):
        """Return what is in the cart; products without an ID are left out.

        Of a product in several lines Mindbox would count the last one only.
        """
        of_product = defaultdict(dict)
        allocated = self._mindbox_allocate(endpoint) if self else {}
        for line, cents in allocated.items():
            of_product[line.product_id][line] = cents
        return [
            _get_list_item(endpoint, product, shares)
            for product, shares in of_product.items()
            if endpoint._get_product_ids(product)
        ]

    def _mindbox_cart_clear_body(self, endpoint):
        return self._mindbox_customer()._mindbox_customer_part(endpoint)

    def _mindbox_order_create_body(self, endpoint):
        return self._mindbox_order_update_body(endpoint)

    def _mindbox_order_update_body(self, endpoint):
        customer = self._mindbox_customer()
        standing = Standing(self)
        totals = self._mindbox_totals(endpoint, standing)
        if not endpoint.send_total:
            del totals["totalPrice"]
        return {
            "customer": customer._mindbox_buyer(endpoint),
            "order": {
                "ids": endpoint._get_order_ids(self),
                **totals,
                # Where this order is written about, whosever they are.
                **customer._mindbox_contacts(endpoint),
                **self._mindbox_discounts(endpoint),
                **self._mindbox_payments(endpoint),
                **self._mindbox_delivery_part(endpoint),
                "lines": self._mindbox_told_lines(endpoint, standing),
            },
        }

    def _mindbox_order_status_body(
        self, endpoint, milestone=None, lines=None, refund=0, in_lines=False
    ):
        """Return a new status of the whole order, or of some of its lines.

        :param str milestone: key of the endpoint's statuses; None for the last one
            that the order has reached
        :param lines: [(line ID, quantity)], None for the whole order
        :param float refund: money that went back, in the order's currency
        :param bool in_lines: whether the order itself tells the status, too
        """
        milestone = self._mindbox_get_milestone(endpoint, milestone)
        if self.state == "cancel" and milestone in MILESTONES:
            raise MindboxSkipped("order_cancelled")
        status = self._mindbox_status(endpoint, milestone)
        order = {"ids": endpoint._get_order_ids(self)}
        if refund:
            amount = {"amount": to_cents(refund * self._mindbox_rate(endpoint)) / 100}
            type_ = {"type": endpoint.payment_type} if endpoint.payment_type else {}
            order["returnedPayments"] = [type_ | amount]
        if lines is None:
            lines = self._mindbox_kept_lines()
            if lines == [] and not refund:
                raise MindboxSkipped("order_returned")
            if lines and not refund and endpoint._tells_status_in_lines():
                # Which part of a line is meant, only the lines themselves say for sure.
                raise MindboxSkipped("status_in_lines")
        if lines is None:
            return {"orderLinesStatus": status, "order": order}
        if not lines:
            # Money is all there is to tell: the goods are returned already.
            status = self._mindbox_status(endpoint, "returned")
            lines = next(iter(self._mindbox_gone_lines(Standing(self).parts).values()))
        order["lines"] = [
            {"lineId": str(line_id), "quantity": as_number(quantity), "status": status}
            for line_id, quantity in lines
        ]
        return {"order": order}

    def _mindbox_kept_lines(self):
        """Return [(line ID, quantity)] of what is kept, None for all of it.

        A status of the whole order would be one of the returned goods, too.
        """
        parts = Standing(self).parts
        if not parts:
            return None
        rest = {
            line.id: round(line._mindbox_quantity() - sum(parts.get(line.id, ())), 3)
            for line in self.order_line._mindbox_goods()
        }
        return [
            (line_id, quantity) for line_id, quantity in rest.items() if quantity > 0
        ]

    def _mindbox_order_favorite_body(self, endpoint, favorite, name):
        customer = self._mindbox_customer()
        return {
            "customer": customer._mindbox_identity(endpoint),
            "order": {
                "ids": endpoint._get_order_ids(self),
                "customFields": {"isFavorite": favorite, "favoriteName": name},
            },
        }

    def _mindbox_get_milestone(self, endpoint, milestone):
        """Return the milestone to tell: what is paid after the delivery is delivered
        still. Without one, the last.
        """
        last = self._mindbox_last_milestone(endpoint)
        if milestone == "paid" and last in MILESTONES:
            return min(last, milestone, key=MILESTONES.index)
        return milestone or last

    def _mindbox_last_milestone(self, endpoint, standing=None):
        """Return the last milestone with a status; without any, the last one."""
        statuses = endpoint._get_statuses()
        reached = self._mindbox_reached(standing)
        return next((m for m in reached if statuses.get(m)), reached[0])

    def _mindbox_status(self, endpoint, milestone):
        """Return the project's status for a milestone.

        :raise MindboxSkipped: none is mapped
        """
        status = endpoint._get_statuses().get(milestone)
        if not status:
            raise MindboxSkipped("status_unmapped", milestone=milestone)
        return status

    # === AMOUNTS: tax included, in the endpoint's currency, to the cent === #

    def _mindbox_rate(self, endpoint):
        """Return the factor from the order's currency to the endpoint's, if any."""
        if not endpoint:
            return 1
        return self.currency_id._get_conversion_rate(
            self.currency_id, endpoint.currency_id, self.company_id, self.date_order
        )

    def _mindbox_total_cents(self, endpoint):
        """Return (total, delivery) in cents of the endpoint's currency.

        A discount may be for the delivery, too: that cannot cost more than all.
        """
        rate = self._mindbox_rate(endpoint)
        delivery = sum(self.order_line._mindbox_delivery().mapped("price_total"))
        # What is paid by a card is paid: the goods are not cheaper.
        paid = sum(self.order_line._mindbox_card_payments().mapped("price_total"))
        total = to_cents((self.amount_total - paid) * rate)
        return total, max(0, min(to_cents(delivery * rate), total))

    def _mindbox_totals(self, endpoint, standing=None):
        """Return what the delivery costs, and what the customer pays in the end."""
        standing = standing or Standing(self)
        total, ordered = standing.get_ordered(endpoint)
        lines, delivery = standing.get_net(endpoint)
        gone = sum(standing.get_allocated(endpoint).values()) - sum(lines.values())
        total -= gone + ordered - (delivery if endpoint.delivery_in_total else 0)
        return {
            "deliveryCost": delivery / 100,
            "totalPrice": 0 if self.state == "cancel" else max(0, total) / 100,
        }

    def _mindbox_divided(self, endpoint, standing=None):
        """Return the lines, each as {"kept": …, "returned": …, "cancelled": …}."""
        standing = standing or Standing(self)
        prices, _delivery = standing.get_net(endpoint)
        prices = {str(line.id): cents for line, cents in prices.items()}
        divided = [
            divide_parts(line, *standing.parts.get(int(line["lineId"]), (0, 0)))
            for line in self._mindbox_lines(endpoint, standing)
        ]
        for kept in (line["kept"] for line in divided if "kept" in line):
            kept["discountedPricePerLine"] = prices[kept["lineId"]] / 100
        return divided

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
        goods_total = max(0, total - delivery)
        return dict(zip(shares, allocate(goods_total, weights), strict=True))

    def _mindbox_lines(self, endpoint, standing):
        """Return the lines of the order.

        :raise MindboxRejected: a product has no ID by the chosen reference
        """
        allocated = standing.get_allocated(endpoint)
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


def _get_list_item(endpoint, product, shares):
    """Return a product of a cart, all its lines together.

    :param dict shares: {line: cents that are paid for it}
    """
    quantity = round(sum(line._mindbox_quantity() for line in shares), 3)
    item = {
        "product": {"ids": endpoint._get_product_ids(product)},
        "count": as_number(quantity),
    }
    if endpoint.list_prices and quantity:
        item["pricePerItem"] = round(sum(shares.values()) / quantity) / 100
    return item
