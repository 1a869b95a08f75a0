# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Money that adds up to the last cent. Amounts are whole cents."""


def to_cents(amount):
    """Return an amount in whole cents, rounded half away from zero."""
    cents = abs(amount) * 100
    rounded = int(cents + 0.5 + 1e-6)
    return -rounded if amount < 0 else rounded


def allocate(total, weights):
    """Split ``total`` in proportion to ``weights``, so that the parts add up.

    The largest-remainder method: each part is at most one cent off its exact share.

    :param int total: cents to split, of either sign
    :param list weights: numbers ≥ 0; all zero means equal parts
    :return: list of int, as long as ``weights``
    """
    if not weights:
        return []
    if not sum(weights):
        weights = [1] * len(weights)
    whole, sign = sum(weights), -1 if total < 0 else 1
    exact = [abs(total) * weight / whole for weight in weights]
    parts = [int(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for index in by_remainder[: abs(total) - sum(parts)]:
        parts[index] += 1
    return [sign * part for part in parts]


def as_number(quantity):
    """Return a quantity to three decimals, as a whole number where it is one."""
    quantity = round(float(quantity), 3)
    return int(quantity) if quantity.is_integer() else quantity


def divide_line(part, quantity):
    """Divide a line of an order; the cent left over stays with the rest.

    :param float quantity: what is to be a line of its own, at most all of it
    :return: (the rest, or None; the line of its own, or None)
    """
    whole = part["quantity"]
    quantity = min(quantity, whole)
    if quantity <= 0:
        return part, None
    if quantity == whole:
        return None, part
    cents = to_cents(part["discountedPricePerLine"])
    own = cents * round(quantity * 1000) // round(whole * 1000)
    return (
        part
        | {
            "quantity": as_number(whole - quantity),
            "discountedPricePerLine": (cents - own) / 100,
        },
        part | {"quantity": as_number(quantity), "discountedPricePerLine": own / 100},
    )


def divide_parts(part, gone, never_came):
    """Divide a line into what is kept, what came back and what never came.

    :return: {"kept": …, "returned": …, "cancelled": …}, without those that are empty
    """
    rest, cancelled = divide_line(part, never_came)
    kept, returned = divide_line(rest, gone) if rest else (None, None)
    parts = {"kept": kept, "returned": returned, "cancelled": cancelled}
    return {kind: line for kind, line in parts.items() if line}


def undiscounted(total, discount):
    """Return what a line would cost without its discount of so many percent."""
    return total / (1 - discount / 100)


def order_line_part(line_id, number, quantity, base_total, cents, product_ids):
    """Return a line of an order as Mindbox's fields.

    :param float quantity: in the unit of the product, to three decimals
    :param float base_total: the line without its discount, in Mindbox's currency
    :param int cents: what is paid for the line
    """
    base = to_cents(base_total / quantity) if quantity else 0
    part = {
        "lineId": str(line_id),
        "lineNumber": number,
        "quantity": as_number(quantity),
        "basePricePerItem": base / 100,
        "discountedPricePerLine": cents / 100,
        "product": {"ids": product_ids},
    }
    if not float(quantity).is_integer():
        part["quantityType"] = "double"
    return part
