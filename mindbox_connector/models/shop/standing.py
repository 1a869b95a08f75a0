# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How an order stands: what is kept of it, what it costs in the end, what was paid.

Quantities and money are read once, and put together with the prices of the lines.
"""

from functools import cached_property, wraps

from .amounts import allocate, divide_parts, to_cents
from .fulfilment import FulfilmentReader
from .money import count_money, get_credited
from .payments import PaymentReader
from .quantities import get_parts

# Key of what the orders of a batch have in common, in their context.
READS = "mindbox_reads"


class Reads:
    """What the database says of some orders, asked once for all of them."""

    def __init__(self, orders):
        self.env = orders.env
        self.ids = frozenset(orders.ids)

    @cached_property
    def fulfilments(self):
        return FulfilmentReader(self.env, self.ids).read_orders()

    @cached_property
    def payments(self):
        return PaymentReader(self.env, self.ids).read_orders()

    @cached_property
    def known(self):
        """(order ID, integration point ID) of those that Mindbox was told of."""
        told = [("kind", "=", "orders"), ("res_id", "in", list(self.ids))]
        names = ["res_id", "endpoint_id"]
        rows = self.env["mindbox.ledger"].sudo().search_read(told, names, load=None)
        return {(row["res_id"], row["endpoint_id"]) for row in rows}


def read_together(orders):
    """Return orders that are only read from now on, and whose standings cost as many
    statements as that of one.
    """
    return orders.with_context(**{READS: Reads(orders)})


def for_each_endpoint(method):
    """Have a method of a standing answer once for each integration point."""

    @wraps(method)
    def answer(self, endpoint):
        key = (method.__name__, endpoint.id)
        if key not in self._answers:
            self._answers[key] = method(self, endpoint)
        return self._answers[key]

    return answer


class Standing:
    """One order, as it is now; or as it was when it was first read in its batch."""

    def __init__(self, order):
        self.order = order
        self.env = order.env
        self._answers = {}
        reads = self.env.context.get(READS)
        self._reads = reads if reads and order.id in reads.ids else Reads(order)

    def is_known(self, endpoint):
        return (self.order.id, endpoint.id) in self._reads.known

    # -- quantities ---
    @cached_property
    def fulfilment(self):
        """({line ID: Quantities}, delivery)"""
        return self._reads.fulfilments[self.order.id]

    @property
    def delivery(self):
        """How far the order is delivered: "", "partial" or "full"."""
        return self.fulfilment[1]

    @property
    def delivered(self):
        """How much has reached the customer, of whatever."""
        lines, _delivery = self.fulfilment
        return sum(line.delivered for line in lines.values() if line.by_stock)

    @cached_property
    def parts(self):
        """{line ID: (quantity gone, quantity that never came)} of what is not kept."""
        lines, _delivery = self.fulfilment
        goods = self.order.order_line._mindbox_goods().ids
        return get_parts({i: lines[i] for i in goods if i in lines})

    # -- money, in cents of the order's own currency ---
    @cached_property
    def payments(self):
        """(Facts, {line ID: LineMoney})"""
        return self._reads.payments[self.order.id]

    @cached_property
    def total(self):
        """What was ordered, and what of it need not be paid: goods and credit notes."""
        none = self.env["mindbox.endpoint"]
        ordered, delivery = self.get_ordered(none)
        kept, delivery_kept = self.get_kept(none)
        goods = sum(self.get_allocated(none).values())
        return ordered, goods - sum(kept.values()) + delivery - delivery_kept

    @cached_property
    def money(self):
        """The :class:`Money` of the order."""
        facts, _billed = self.payments
        ordered, taken_off = self.total
        return count_money(
            0 if self.order.state == "cancel" else ordered, taken_off, facts
        )

    @cached_property
    def is_paid(self):
        """Whether payments cover the order; one that costs nothing, its invoice."""
        free = self.order.currency_id.is_zero(self.order.amount_total)
        is_billed = free and self.order.invoice_status == "invoiced"
        cards = self.order.order_line._mindbox_card_payments()
        by_cards = to_cents(-sum(cards.mapped("price_total")))
        return is_billed or self.money.is_paid_beside(by_cards)

    # -- prices, in cents of the currency of an integration point ---
    @for_each_endpoint
    def get_ordered(self, endpoint):
        """Return (cents of all that was ordered, cents of its delivery)."""
        return self.order._mindbox_total_cents(endpoint)

    @for_each_endpoint
    def get_allocated(self, endpoint):
        """Return {line: cents}: what was to be paid for each line of goods."""
        return self.order._mindbox_allocate(endpoint)

    @for_each_endpoint
    def get_net(self, endpoint):
        """Return ({line: cents}, cents of the delivery): what is paid in the end.

        What a provider has given back without a credit note is taken off everything.
        """
        lines, delivery = self.get_kept(endpoint)
        ordered, taken_off = self.total
        more = ordered - taken_off - self.money.charged
        if self.order.state == "cancel" or more <= 0:
            return lines, delivery
        prices = [*lines.values(), delivery]
        rate = self.order._mindbox_rate(endpoint)
        off = min(to_cents(more * rate / 100), sum(prices))
        *rest, delivery = [
            max(0, price - part)
            for price, part in zip(prices, allocate(off, prices), strict=True)
        ]
        return dict(zip(lines, rest, strict=True)), delivery

    @for_each_endpoint
    def get_kept(self, endpoint):
        """Return ({line: cents}, cents of the delivery), without what is not kept or
        was credited: of both the larger one, since returned goods are credited, too.
        """
        credits, delivery_credit = self.get_credits(endpoint)
        kept = {}
        for line, cents in self.get_allocated(endpoint).items():
            whole = {
                "quantity": line._mindbox_quantity(),
                "discountedPricePerLine": cents / 100,
            }
            parts = divide_parts(whole, *self.parts.get(line.id, (0, 0)))
            left = parts.get("kept", {}).get("discountedPricePerLine", 0)
            kept[line] = max(0, min(to_cents(left), cents - credits.get(line, 0)))
        _total, delivery = self.get_ordered(endpoint)
        return kept, max(0, delivery - delivery_credit)

    def get_credits(self, endpoint):
        """Return ({line: cents}, cents of the delivery) by which credit notes make
        them cheaper; what was credited of a discount is taken off its goods.
        """
        _facts, billed = self.payments
        rate = self.order._mindbox_rate(endpoint)

        def credited(lines):
            found = (get_credited(*billed[i]) for i in lines.ids if i in billed)
            return to_cents(sum(found) * rate / 100)

        lines = self.order.order_line
        goods = lines._mindbox_goods()
        shares = {line: credited(line) for line in goods}
        for reduction in lines._mindbox_reductions() if billed else ():
            reduced = list(reduction._mindbox_reduced(goods))
            weights = [max(shares[line], 0) for line in reduced]
            parts = allocate(credited(reduction), weights)
            for line, part in zip(reduced, parts, strict=True):
                shares[line] += part
        return shares, credited(lines._mindbox_delivery())
