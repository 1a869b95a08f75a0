"""Orders: saving, totals, statuses by order and by line (contract §3.4, §3.5, §3.6).

Decisions where the contract is silent or its sources disagree:

* "Order checkout" (`order_create`) on an existing order and a status for an unknown
  order are refused; "update order data" (`order_save`) creates what is missing.
* Lines of a saved order replace the stored ones; a line without a status keeps the one
  it had.
* Final money of a line is discountedPricePerLine, else base price × quantity less its
  discounts (then the order's discounts are taken off the sum). Cancelled and returned
  lines do not count.
* A status for part of a line splits it: the money is divided by quantity, the cent left
  over stays with the rest. More than there is, is refused.
* A save or status older than the stored one is noted, but changes nothing.
"""

from itertools import count

from . import money
from .contract import BusinessError

GONE = ("cancelled", "returned")
HISTORY = 300
NOTHING = {}


class Line:
    __slots__ = (
        "id",
        "number",
        "product",
        "quantity",
        "base",
        "price",
        "status",
        "when",
        "more",
    )

    def __init__(self, **values):
        for slot in self.__slots__:
            setattr(self, slot, values.get(slot))

    def copy(self, **changed):
        return Line(
            **{**{slot: getattr(self, slot) for slot in self.__slots__}, **changed}
        )


class Order:
    __slots__ = (
        "id",
        "ids",
        "customer",
        "lines",
        "total",
        "delivery",
        "email",
        "phone",
        "payments",
        "returned",
        "discounts",
        "custom",
        "point",
        "history",
        "created",
        "changed",
        "warnings",
    )

    def __init__(self, number, when):
        for slot in self.__slots__:
            setattr(self, slot, None)
        self.id, self.ids, self.lines = number, {}, []
        self.created = self.changed = when
        self.history = []

    @property
    def key(self):
        return next(iter(self.ids.values()), str(self.id))

    def note(self, when, kind, seq=0, **data):
        self.history.append((when, kind, seq, data))
        del self.history[:-HISTORY]


def product_key(part):
    """`website:SKU-1` of an item, line or view; groups are marked."""
    for kind, mark in (("product", ""), ("productGroup", "group ")):
        ids = (part.get(kind) or NOTHING).get("ids")
        if ids:
            name, value = next(iter(ids.items()))
            return f"{mark}{name}:{value}"
    return None


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
        return self.check_money(order, body)

    def replace_lines(self, order, parts, when):
        old = {(line.id, line.number): line for line in order.lines}
        order.lines = [self.line(part, old, when) for part in parts]

    def line(self, part, old, when):
        status = part.get("status")
        before = old.get((part.get("lineId"), part.get("lineNumber")))
        quantity = money.milli(part.get("quantity")) if "quantity" in part else 1000
        base = money.cents(part.get("basePricePerItem"))
        discounts = [discount(one) for one in part.get("discounts", ())]
        price = money.cents(part.get("discountedPricePerLine"))
        if price is None and base is not None:
            price = money.times(base, quantity) - sum(
                one["amount"] for one in discounts
            )
        more = {"discounts": discounts} if discounts else {}
        more.update(
            {
                key: part[key]
                for key in ("customFields", "quantityType")
                if part.get(key)
            }
        )
        if "discountedPricePerLine" not in part:
            more["derived"] = True
        return Line(
            id=part.get("lineId"),
            number=part.get("lineNumber"),
            when=when,
            base=base,
            product=product_key(part),
            quantity=quantity,
            price=price,
            more=more or None,
            status=self.known(status) or (before.status if before else None),
        )

    def known(self, status):
        if status is not None and self.project.category(status) is None:
            raise BusinessError(f"Unknown line status '{status}'")
        return status

    # -- money ---
    def active(self, order):
        return [x for x in order.lines if self.project.category(x.status) not in GONE]

    def goods(self, order):
        """The final money of the lines that count; None where a price is missing."""
        lines = self.active(order)
        if any(line.price is None for line in lines):
            return None
        off = sum(one["amount"] for one in order.discounts or ())
        derived = lines and all((line.more or NOTHING).get("derived") for line in lines)
        return sum(line.price for line in lines) - (off if derived else 0)

    def expected(self, order):
        goods = self.goods(order)
        delivery = order.delivery or 0
        if goods is None or not self.project.settings["total_includes_delivery"]:
            return goods
        return goods + delivery

    def check_money(self, order, body):
        warnings = list(self.check_lines(body.get("lines", ())))
        expected, total = self.expected(order), order.total
        if total is not None and expected is not None and expected != total:
            if self.active(order) or total:
                warnings.append(("/order/totalPrice", mismatch(order, expected)))
        order.warnings = warnings or None
        return warnings

    def check_lines(self, parts):
        """What a single line says about itself must add up, too."""
        for place, part in enumerate(parts):
            missing = [
                k
                for k in ("product", "quantity")
                if not (part.get(k) or part.get(k + "Group"))
            ]
            if missing:
                yield (
                    f"/order/lines/{place}",
                    f"lineIncomplete: no {' and '.join(missing)}",
                )
            if part.get("quantity", 0) % 1 and part.get("quantityType") != "double":
                yield (
                    f"/order/lines/{place}/quantity",
                    "a fractional quantity needs quantityType double",
                )
            base, price = (
                part.get("basePricePerItem"),
                part.get("discountedPricePerLine"),
            )
            if base is None or price is None or not part.get("discounts"):
                continue
            off = sum(one.get("amount", 0) for one in part["discounts"])
            if price > base * part.get("quantity", 1) - off + money.CENT * part.get(
                "quantity", 1
            ):
                yield (
                    f"/order/lines/{place}",
                    "discountMismatch: dearer than its discounts allow",
                )

    def add_returns(self, order, body):
        returned = payments(body.get("returnedPayments"))
        if returned:
            order.returned = [*(order.returned or ()), *returned]

    # -- statuses ---
    def set_status(self, order, status, when):
        """A status of the whole order; lines that know a newer one keep it."""
        self.known(status)
        changed = [line for line in order.lines if when >= (line.when or 0)]
        for line in changed:
            line.status, line.when = status, when
        return bool(changed) or not order.lines

    def set_line_statuses(self, order, parts, when):
        """Statuses by line; all of them or none."""
        before = [line.copy() for line in order.lines]
        try:
            return all([self.set_line_status(order, part, when) for part in parts])
        except BusinessError:
            order.lines = before
            raise

    def set_line_status(self, order, part, when):
        status = self.known(part.get("status"))
        if status is None:
            raise BusinessError("A line needs a status")
        lines = [line for line in self.lines_of(order, part) if line.status != status]
        if not lines:
            return True
        wanted = money.milli(part["quantity"]) if "quantity" in part else None
        if wanted is not None and wanted > sum(line.quantity for line in lines):
            raise BusinessError(f"Line {part.get('lineId')} has no such quantity left")
        fresh = [line for line in lines if when >= (line.when or 0)]
        for line in fresh:
            wanted = self.move(order, line, wanted, status, when)
        return bool(fresh)

    @staticmethod
    def lines_of(order, part):
        """Lines by lineId, else lineNumber, else product (§3.5)."""
        product = product_key(part)
        for slot, value in (
            ("id", part.get("lineId")),
            ("number", part.get("lineNumber")),
            ("product", product),
        ):
            found = [
                line for line in order.lines if value and getattr(line, slot) == value
            ]
            if found:
                return found
        raise BusinessError(f"Line {part.get('lineId') or product} is not in the order")

    def move(self, order, line, wanted, status, when):
        """Give (a part of) a line a status; what is still wanted afterwards."""
        if wanted is None or wanted >= line.quantity:
            line.status, line.when = status, when
            return None if wanted is None else wanted - line.quantity
        if wanted > 0:
            order.lines.append(self.split(order, line, wanted, status, when))
        return 0

    @staticmethod
    def split(order, line, wanted, status, when):
        part = None if line.price is None else line.price * wanted // line.quantity
        number = max((x.number or 0 for x in order.lines), default=0) + 1
        moved = line.copy(
            quantity=wanted, price=part, status=status, when=when, number=number
        )
        line.quantity -= wanted
        line.price = None if part is None else line.price - part
        return moved


def payments(parts):
    return [
        {"type": part.get("type"), "amount": money.cents(part.get("amount")) or 0}
        for part in parts or ()
    ] or None


def discount(part):
    code = part.get("promoCode", NOTHING).get("ids", NOTHING).get("code")
    action = (
        part.get("externalPromoAction", NOTHING).get("ids", NOTHING).get("externalId")
    )
    balance = part.get("balanceType", NOTHING).get("ids", NOTHING).get("systemName")
    return {
        "type": part.get("type"),
        "of": code or action or balance,
        "amount": money.cents(part.get("amount")) or 0,
    }


def mismatch(order, expected):
    parts = f"lines and delivery make {money.text(expected)}"
    return f"totalMismatch: {parts}, totalPrice says {money.text(order.total)}"
