"""Exact money in cents and quantities in thousandths: small in memory and free of
rounding.
"""

from decimal import ROUND_HALF_UP, Decimal

CENT, MILLI = Decimal("0.01"), Decimal("0.001")


def cents(value):
    return (
        None
        if value is None
        else int((Decimal(value) * 100).to_integral_value(ROUND_HALF_UP))
    )


def milli(value):
    return (
        None
        if value is None
        else int((Decimal(value) * 1000).to_integral_value(ROUND_HALF_UP))
    )


def shown(value):
    """Cents as a JSON number."""
    return None if value is None else value / 100 if value % 100 else value // 100


def count(value):
    """Thousandths as a JSON number."""
    return None if value is None else value / 1000 if value % 1000 else value // 1000


def text(value):
    return f"{Decimal(value) * CENT:.2f}"


def times(price, quantity):
    """Cents of so many thousandths of a thing."""
    product = Decimal(price) * quantity / 1000
    return int(product.to_integral_value(ROUND_HALF_UP))
