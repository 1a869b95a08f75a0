# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How far an order should have come at Mindbox, in SQL, without the sender's marks."""

from odoo.tools import SQL

from ..shop.milestones import MILESTONES


def get_status(endpoint, order):
    """Return the expression of the status that an order should have, NULL if none.

    The last milestone that it has reached and that the project has a status for.

    :param SQL order: alias of a row of sale_order
    """
    tells = endpoint._tells_status_in_lines() or endpoint._tells("order_status")
    statuses = endpoint._get_statuses() if tells else {}
    reached = _get_reached(endpoint.env["mindbox.scope"], order)
    cases = [
        SQL("WHEN %s THEN %s", reached[milestone], statuses[milestone])
        for milestone in MILESTONES
        if statuses.get(milestone)
    ]
    if cases:
        # Of what was cancelled nothing else counts.
        cancelled = statuses.get("cancelled")
        cases.insert(0, SQL("WHEN %s.state = 'cancel' THEN %s", order, cancelled))
    return SQL("CASE %s END", SQL(" ").join(cases)) if cases else SQL("NULL::text")


def has_moved(order):
    """Return the condition that goods of an order have left or come."""
    return SQL(
        """
        EXISTS (SELECT FROM stock_picking picking
                 WHERE picking.sale_id = %s.id AND picking.state = 'done')
        """,
        order,
    )


def _get_reached(scope, order):
    """Return {milestone: condition that an order has reached it}."""
    full = SQL("%s.delivery_status = 'full'", order)
    away = scope._is_on_its_way(order)
    return {
        "shipped": SQL("(%s AND %s)", full, away),
        "delivered": SQL("(%s AND %s IS NOT TRUE)", full, away),
        "partially_shipped": SQL("%s.delivery_status = 'partial'", order),
        "paid": scope._is_paid(order),
        "confirmed": SQL("%s.state = 'sale'", order),
        "created": SQL("TRUE"),
    }
