"""The book of orders, and how a body is saved.

Decisions where the documentation is silent or its pages disagree:

* "Order checkout" (`order_create`) on an existing order and a status for an unknown
  order are refused; "update order data" (`order_save`) creates what is missing.
* Lines of a saved order replace the stored ones; a line without a status keeps the one
  it had, and so does a line whose status is newer. What a newer status has split stays.
* A save or status older than the stored one is noted, but changes nothing.
"""

from itertools import count

from ..contract.errors import BusinessError
from . import money
from .order import NOTHING, Line, Order, product_key
from .order_money import check_money, discount, payments
from .order_statuses import known


class OrderBook:
    def __init__(self, project):
        self.project = project
        self.number = count(50001)
        self.all = {}
        self.by_id = {}

    def find(self, ids):
        keys = ((name.lower(), value) for name, value in (ids or NOTHING).items())
        found = {order.id: order for order in map(self.by_id.get, keys) if order}
        if len(found) > 1:
            raise BusinessError("The order cannot be determined unambiguously")
        return next(iter(found.values()), None)

    def make(self, ids, when):
        order = Order(next(self.number), when)
        self.all[order.id] = order
        self.by_id["mindboxid", str(order.id)] = order
        self.set_ids(order, ids)
        return order

    def set_ids(self, order, ids):
        for name, value in ids.items():
            if name.lower() != "mindboxid":
                order.ids[name] = value
                self.by_id[name.lower(), value] = order

    def touch(self, order, when):
        order.changed = max(order.changed, when)
        self.all[order.id] = self.all.pop(order.id)

    def assign(self, order, customer):
        """The customer of an order; an order keeps the one it has where a call names
        none.
        """
        if customer is None or order.customer is customer:
            return
        if order.customer is not None:
            order.customer.orders.remove(order)
        order.customer = customer
        customer.bag("orders", list).append(order)

    # -- saving ---
    def save(self, order, body, when, seq=0):
        """Write an order of a body; the warnings about its money."""
        for slot, value in (
            ("total", money.cents(body.get("totalPrice"))),
            ("delivery", money.cents(body.get("deliveryCost"))),
            ("email", body.get("email")),
            ("phone", body.get("mobilePhone")),
            ("payments", payments(body.get("payments"))),
            (
                "discounts",
                [discount(part) for part in body.get("discounts", ())] or None,
            ),
            (
                "custom",
                {**(order.custom or NOTHING), **body.get("customFields", NOTHING)}
                or None,
            ),
        ):
            if value is not None:
                setattr(order, slot, value)
        if "lines" in body:
            self.replace_lines(order, body["lines"], when)
        self.add_returns(order, body)
        self.touch(order, when)
        return check_money(self.project, order, body)

    def replace_lines(self, order, parts, when):
        old, lines = {}, []
        for line in order.lines:
            old.setdefault(line.id, []).append(line)
        for part in parts:
            before = old.get(part.get("lineId"), ())
            if len(before) > 1 and any((line.when or 0) > when for line in before):
                # However many parts the body knows of.
                lines += [line for line in before if line not in lines]
            else:
                lines.append(self.line(part, before, when))
        order.lines = lines

    def line(self, part, before, when):
        """A line of a body; `before` are the stored lines of its id."""
        number = part.get("lineNumber")
        before = next((one for one in before if one.number == number), None)
        status = known(self.project, part.get("status"))
        since = when
        if before and (status is None or (before.when or 0) > when):
            status, since = before.status, max(before.when or 0, when)
        quantity = money.milli(part.get("quantity")) if "quantity" in part else 1000
        base = money.cents(part.get("basePricePerItem"))
        discounts = [discount(one) for one in part.get("discounts", ())]
        price = money.cents(part.get("discountedPricePerLine"))
        if price is None and base is not None:
            off = sum(one["amount"] for one in discounts)
            price = money.times(base, quantity) - off
        return Line(
            id=part.get("lineId"),
            number=part.get("lineNumber"),
            when=since,
            base=base,
            product=product_key(part),
            quantity=quantity,
            price=price,
            more=details(part, discounts) or None,
            status=status,
        )

    def add_returns(self, order, body):
        returned = payments(body.get("returnedPayments"))
        if returned:
            order.returned = [*(order.returned or ()), *returned]


def details(part, discounts):
    """What few lines have."""
    more = {key: part[key] for key in ("customFields", "quantityType") if part.get(key)}
    if discounts:
        more["discounts"] = discounts
    if "discountedPricePerLine" not in part:
        more["derived"] = True
    return more
