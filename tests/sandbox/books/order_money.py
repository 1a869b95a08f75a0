"""Whether an order adds up.

Final money of a line is discountedPricePerLine, else base price × quantity less its
discounts (then the order's discounts are taken off the sum). Cancelled and returned
lines do not count.
"""

from . import money
from .order import NOTHING

GONE = ("cancelled", "returned")


def active(project, order):
    return [x for x in order.lines if project.category(x.status) not in GONE]


def goods(project, order):
    """The final money of the lines that count; None where a price is missing."""
    lines = active(project, order)
    if any(line.price is None for line in lines):
        return None
    off = sum(one["amount"] for one in order.discounts or ())
    derived = lines and all((line.more or NOTHING).get("derived") for line in lines)
    return sum(line.price for line in lines) - (off if derived else 0)


def expected(project, order):
    money_of_goods = goods(project, order)
    if money_of_goods is None or not project.settings["total_includes_delivery"]:
        return money_of_goods
    return money_of_goods + (order.delivery or 0)


def check_money(project, order, body):
    """What is wrong with the money of a body, and then with the whole order."""
    order.warnings = list(check_lines(body.get("lines", ()))) or None
    return warnings(project, order)


def warnings(project, order):
    """What is wrong with an order as it is now: a later status may put it right."""
    return [*(order.warnings or ()), *mismatch(project, order)]


def check_lines(parts):
    """What a single line says about itself must add up, too."""
    for place, part in enumerate(parts):
        where = f"/order/lines/{place}"
        missing = [
            key
            for key in ("product", "quantity")
            if not (part.get(key) or part.get(f"{key}Group"))
        ]
        if missing:
            yield where, f"lineIncomplete: no {' and '.join(missing)}"
        if part.get("quantity", 0) % 1 and part.get("quantityType") != "double":
            note = "a fractional quantity needs quantityType double"
            yield f"{where}/quantity", note
        if too_dear(part):
            yield where, "discountMismatch: dearer than its discounts allow"


def too_dear(part):
    """The final price is above base price less discounts, by a cent an item or more."""
    base, price = part.get("basePricePerItem"), part.get("discountedPricePerLine")
    if base is None or price is None or not part.get("discounts"):
        return False
    off = sum(one.get("amount", 0) for one in part["discounts"])
    return price > (base + money.CENT) * part.get("quantity", 1) - off


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


def mismatch(project, order):
    total, summed = order.total, expected(project, order)
    if None in (total, summed) or summed == total:
        return
    if active(project, order) or total:
        parts = f"lines and delivery make {money.text(summed)}"
        said = f"totalMismatch: {parts}, totalPrice says {money.text(total)}"
        yield "/order/totalPrice", said
