# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What has become of each line of an order: delivered, returned, still to come.

One truth for live events, updates, the import and the comparison. Nothing here knows
the ORM: movements are read in :mod:`fulfilment`.
"""

from math import floor
from typing import NamedTuple

# Quantities are told to three decimals.
SMALLEST = 0.0005


class Component(NamedTuple):
    """How much of one component of a line has moved, in the component's unit.

    A product that is no kit is its own only component.
    """

    per_item: float
    # Has arrived at the customer, exchanges and re-deliveries included.
    out: float = 0
    # Has come back from the customer.
    back: float = 0
    # Is planned, and has not left yet.
    to_come: float = 0
    # Is on its way back, and has not arrived yet.
    on_way_back: float = 0


class Quantities(NamedTuple):
    """Of one line of an order, in the unit of the product."""

    ordered: float
    # All that was ever handed to the customer; ...
    delivered: float = 0
    # ... what came back of it; ...
    returned: float = 0
    # ... and what the customer has: delivered − returned.
    kept: float = 0
    # Still to be delivered.
    open: float = 0
    # What the customer has, and is about to send back.
    on_way_back: float = 0
    by_stock: bool = True

    @property
    def gone(self):
        """What came back and is not replaced: an exchange leaves nothing gone."""
        return _rounded(
            min(self.returned, max(0, self.ordered - self.kept - self.open))
        )

    @property
    def never_came(self):
        """What was not delivered and is not going to be, unless it is planned anew."""
        if not self.by_stock:
            return 0
        return _rounded(max(0, self.ordered - self.kept - self.open - self.gone))


def count_moved(ordered, components):
    """Return the :class:`Quantities` of a line of goods.

    Kits count as a whole: one that lacks a component is not delivered.

    :param float ordered: in the unit of the product
    :param components: list of :class:`Component`; none where nothing was ever planned
    """
    ordered = _rounded(ordered)
    if not components:
        return Quantities(ordered, open=max(0, ordered))
    count = _count_kits if _is_kit(components) else _count_items
    delivered = count(components, lambda c: c.out)
    kept = min(delivered, count(components, lambda c: c.out - c.back))
    later = count(components, lambda c: c.out - c.back + c.to_come)
    rest = count(components, lambda c: c.out - c.back - c.on_way_back)
    return Quantities(
        ordered,
        delivered,
        _rounded(delivered - kept),
        kept,
        _rounded(max(0, later - kept)),
        _rounded(max(0, kept - rest)),
    )


def count_served(ordered, served, credited):
    """Return the :class:`Quantities` of a line that nothing is moved for: a service.

    What was credited was given, and was given back.
    """
    ordered = _rounded(ordered)
    returned = _rounded(min(max(0, credited), max(0, ordered)))
    delivered = max(_rounded(max(0, served)), returned)
    kept = _rounded(delivered - returned)
    return Quantities(
        ordered,
        delivered,
        returned,
        kept,
        _rounded(max(0, ordered - delivered)),
        by_stock=False,
    )


def get_delivery(lines, asked_back_before):
    """Return how far an order is delivered: "", "partial" or "full".

    :param lines: the :class:`Quantities` of its lines
    :param bool asked_back_before: whether a return that is still open had begun before
        the last goods left: then nobody can say yet what there is to be shipped
    """
    goods = [line for line in lines if line.by_stock]
    if not any(line.kept > 0 for line in goods):
        return ""
    waits = any(line.open > 0 for line in goods)
    return "partial" if waits or asked_back_before else "full"


def get_parts(lines):
    """Return {line ID: (gone, never came)} of the lines that are not kept as a whole.

    What never came counts once something of the order has been delivered: before that
    a cancelled transfer may only be planned anew.

    :param dict lines: {line ID: :class:`Quantities`}
    """
    has_left = any(line.by_stock and line.delivered > 0 for line in lines.values())
    parts = {
        line_id: (line.gone, line.never_came if has_left else 0)
        for line_id, line in lines.items()
    }
    return {line_id: part for line_id, part in parts.items() if any(part)}


def _is_kit(components):
    return len(components) > 1 or components[0].per_item != 1


def _count_items(components, moved):
    return max(0, _rounded(moved(components[0])))


def _count_kits(components, moved):
    return max(0, min(floor(moved(c) / c.per_item + SMALLEST) for c in components))


def _rounded(quantity):
    return round(quantity, 3)
