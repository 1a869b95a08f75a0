"""Statuses of an order's lines.

A status for part of a line splits it: the money is divided by quantity, the cent left
over stays with the rest. More than there is, is refused. A line that knows a newer
status keeps it.
"""

from ..contract.errors import BusinessError
from . import money
from .order import product_key


def known(project, status):
    if status is not None and project.category(status) is None:
        raise BusinessError(f"Unknown line status '{status}'")
    return status


def set_status(project, order, status, when):
    """A status of the whole order; lines that know a newer one keep it."""
    known(project, status)
    changed = [line for line in order.lines if when >= (line.when or 0)]
    for line in changed:
        line.status, line.when = status, when
    return bool(changed) or not order.lines


def set_line_statuses(project, order, parts, when):
    """Statuses by line; all of them or none."""
    before = [line.copy() for line in order.lines]
    try:
        return all([set_line_status(project, order, part, when) for part in parts])
    except BusinessError:
        order.lines = before
        raise


def set_line_status(project, order, part, when):
    status = known(project, part.get("status"))
    if status is None:
        raise BusinessError("A line needs a status")
    lines = [line for line in lines_of(order, part) if line.status != status]
    if not lines:
        return True
    wanted = money.milli(part["quantity"]) if "quantity" in part else None
    if wanted is not None and wanted > sum(line.quantity for line in lines):
        raise BusinessError(f"Line {part.get('lineId')} has no such quantity left")
    fresh = [line for line in lines if when >= (line.when or 0)]
    for line in fresh:
        wanted = move(order, line, wanted, status, when)
    return bool(fresh)


def lines_of(order, part):
    """Lines by lineId, else lineNumber, else product."""
    product = product_key(part)
    for slot, value in (
        ("id", part.get("lineId")),
        ("number", part.get("lineNumber")),
        ("product", product),
    ):
        found = [line for line in order.lines if value and getattr(line, slot) == value]
        if found:
            return found
    raise BusinessError(f"Line {part.get('lineId') or product} is not in the order")


def move(order, line, wanted, status, when):
    """Give (a part of) a line a status; what is still wanted afterwards."""
    if wanted is None or wanted >= line.quantity:
        line.status, line.when = status, when
        return None if wanted is None else wanted - line.quantity
    if wanted > 0:
        order.lines.append(split(order, line, wanted, status, when))
    return 0


def split(order, line, wanted, status, when):
    part = None if line.price is None else line.price * wanted // line.quantity
    number = max((x.number or 0 for x in order.lines), default=0) + 1
    moved = line.copy(
        quantity=wanted, price=part, status=status, when=when, number=number
    )
    line.quantity -= wanted
    line.price = None if part is None else line.price - part
    return moved
