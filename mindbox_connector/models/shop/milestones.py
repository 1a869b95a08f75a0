# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How far an order has come."""

# From the last milestone of an order to the first.
MILESTONES = (
    "shipped",
    "delivered",
    "partially_shipped",
    "paid",
    "confirmed",
    "created",
)
STATE_MILESTONES = {"sale": "confirmed", "cancel": "cancelled", "draft": "quotation"}


def get_milestones(state, paid, delivery, with_carrier):
    """Return the milestones that an order has reached, the last one first.

    :param str state: of the order
    :param bool paid: whether payments or paid invoices cover it
    :param str delivery: see :func:`quantities.get_delivery`
    :param bool with_carrier: whether a carrier has still to hand over what has left
    """
    if state == "cancel":
        return ["cancelled"]
    full = delivery == "full"
    reached = {
        "shipped": full and with_carrier,
        "delivered": full and not with_carrier,
        "partially_shipped": delivery == "partial",
        "paid": paid,
        "confirmed": state == "sale",
        "created": True,
    }
    return [milestone for milestone in MILESTONES if reached[milestone]]
