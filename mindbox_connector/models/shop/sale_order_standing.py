# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What transfers, payments and credit notes change about an order is marked."""

from contextlib import contextmanager
from typing import Any, NamedTuple

from odoo import fields, models

from .standing import Standing, read_together

# The milestones of the parts of a line that are not kept, in their order.
PART_MILESTONES = ("returned", "cancelled")
NOTHING = (0, 0)
ORDER = "sale.order"
# Key of the orders of a transaction that are being watched.
WATCHED = "mindbox_connector.watched_orders"


class Look(NamedTuple):
    """What is told of an order's goods and money, at some time."""

    delivered: float
    delivery: str
    parts: dict
    is_paid: bool
    prices: Any


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order"]

    mindbox_refunded = fields.Monetary(
        string="Refunds Told to Mindbox",
        copy=False,
        readonly=True,
        help="What was given back to the customer, as far as Mindbox was told of it.",
    )

    @contextmanager
    def _mindbox_watch(self):
        """Mark what happens to goods and money of these orders meanwhile, as a whole:
        not what is watched already.
        """
        orders = self.browse()
        watched = self.env.cr.precommit.data.setdefault(WATCHED, set())
        if self._mindbox_listens():
            # Stock and money are moved by people who need not read orders.
            orders = self.with_env(self._mindbox_get_env())
            orders = orders.filtered(lambda order: order.id not in watched)
        before = {order: order._mindbox_look() for order in orders}
        watched.update(orders.ids)
        try:
            yield
        finally:
            watched.difference_update(orders.ids)
        for order in orders._mindbox_get_tellable():
            order._mindbox_mark_since(before[order])

    def _mindbox_look(self):
        standing = Standing(self)
        return Look(
            standing.delivered,
            standing.delivery,
            standing.parts,
            standing.is_paid,
            standing.get_net(self.env["mindbox.endpoint"]),
        )

    def _mindbox_mark_since(self, before):
        """Mark what differs from before: paid, shipped, returned, given up, taken back.

        :param before: the :class:`Look` of that time
        """
        now = self._mindbox_look()
        self._mindbox_mark_parts(before.parts, now.parts)
        if now.prices != before.prices:
            self._mindbox_mark_update()
        if now.is_paid and not before.is_paid:
            self._mindbox_mark_status("paid")
        is_full_now = now.delivery == "full" != before.delivery
        milestone = self._mindbox_shipped(now.delivery)
        if milestone and (now.delivered > before.delivered or is_full_now):
            self._mindbox_mark_status(milestone)
        self._mindbox_mark_refund()

    def _mindbox_mark_status(self, milestone):
        """Mark a milestone; of an order that is not kept as a whole the lines tell it.

        Of what is given up of a line and what is shipped, a status says neither.
        """
        self._mindbox_mark_once("order_status", milestone=milestone)
        if Standing(self).parts:
            self._mindbox_mark_update()

    def _mindbox_mark_paid(self):
        """Mark the orders that transactions have paid."""
        for order in self._mindbox_get_tellable():
            if Standing(order).is_paid:
                order._mindbox_mark_status("paid")

    def _mindbox_mark_refund(self):
        """Mark what was given back since Mindbox was last told; and the new total."""
        for order in self._mindbox_get_tellable():
            refunded = Standing(order).money.refunded / 100
            more = refunded - order.mindbox_refunded
            if order.currency_id.compare_amounts(more, 0) > 0:
                order._mindbox_mark_update()
                more = order.currency_id.round(more)
                order._mindbox_mark("order_status", refund=more)
                order.mindbox_refunded = refunded

    def _mindbox_get_tellable(self):
        """Return the orders Mindbox may hear of, as the superuser sees them."""
        orders = self.with_env(self._mindbox_get_env())
        return orders.filtered(
            lambda order: order._mindbox_listens()
            and (order._mindbox_is_placed() or order.state == "cancel")
        )

    def _mindbox_mark_parts(self, old, new):
        """Mark that other parts of the lines are kept than before.

        :param dict old: the parts that were not kept before
        :param dict new: those that are not kept now
        """
        if old == new:
            return
        self._mindbox_mark_update(retold=True)
        if not any(e._get_operation("order_update") for e in self._mindbox_tellers()):
            self._mindbox_mark_gone(_get_more(old, new))

    def _mindbox_mark_update(self, retold=False):
        """Mark that the lines of orders have changed.

        Lines that carry no status replace those that Mindbox has divided: then what is
        not kept is told again, and a line that is new gets the status of the others.

        :param bool retold: whether there are new lines, or other parts of the old ones
        """
        self._mindbox_mark("order_update")
        for order in self:
            endpoints = order._mindbox_tellers()
            if all(endpoint._tells_status_in_lines() for endpoint in endpoints):
                continue
            parts = Standing(order).parts
            if retold or parts:
                order._mindbox_mark_once("order_status", in_lines=True)
                order._mindbox_mark_gone(parts)

    def _mindbox_tellers(self):
        return self._mindbox_endpoints(self.website_id.id)

    def _mindbox_mark_gone(self, parts):
        """Mark what of the lines is not kept, where lines do not carry their status."""
        for milestone, lines in self._mindbox_gone_lines(parts).items():
            self._mindbox_mark_once(
                "order_status", milestone=milestone, lines=lines, in_lines=True
            )

    def _mindbox_gone_lines(self, parts):
        """Return {milestone: [(line ID, quantity)]} of what is not kept."""
        lines = {
            milestone: [[i, part[place]] for i, part in parts.items() if part[place]]
            for place, milestone in enumerate(PART_MILESTONES)
        }
        return {milestone: gone for milestone, gone in lines.items() if gone}


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _get_sources(self, rows):
        """Bodies are built from orders that nobody changes meanwhile."""
        sources = super()._get_sources(rows)
        orders = [order for (model, _id), order in sources.items() if model == ORDER]
        together = read_together(orders[0].concat(*orders[1:])) if orders else ()
        # As the sender sees them, each with all that it is read with.
        return sources | {(ORDER, order.id): order for order in together}


def _get_more(old, new):
    """Return the parts that are not kept any more."""
    return {
        line_id: tuple(
            max(0, round(now - before, 3))
            for now, before in zip(part, old.get(line_id, NOTHING), strict=True)
        )
        for line_id, part in new.items()
    }
