"""Rows of orders: all rows of an order in one file are one order."""

from ..books import money, order_statuses, profile
from .support import LATER, RowError, context, known_ids, stamp


# -- orders ---
def order_row(world, job, number, clean):
    ids = known_ids(world, "order", job.parts(clean, "id"))
    known_ids(world, "product", job.parts(clean, "product"))
    if not ids or not job.parts(clean, "product"):
        raise RowError("the row needs an order id and a product id")
    if not ({"OrderLineBasePricePerItem", "OrderLinePriceOfLine"} & set(clean)):
        raise RowError("the row needs a base price or a line price")
    order_statuses.known(world.project, clean["OrderLineStatus"])
    job.memory.setdefault(next(iter(ids.values())), []).append((number, clean))
    return LATER


def same_order(job, rows):
    """The columns of the order are repeated on each of its rows."""
    names = [
        place.name for place in job.columns if not place.name.startswith("OrderLine")
    ]
    first = rows[0][1]
    for number, clean in rows[1:]:
        for name in names:
            if clean.get(name) != first.get(name):
                raise RowError(
                    f"row {number}: {name} differs from the order's first row"
                )
    return first


def line_body(job, clean):
    line = {
        "product": {"ids": job.parts(clean, "product")},
        "quantity": clean["OrderLineQuantity"],
        "status": clean["OrderLineStatus"],
        "quantityType": "double",
        "customFields": job.parts(clean, "linecustom"),
    }
    for name, key in (
        ("OrderLineId", "lineId"),
        ("OrderLineNumber", "lineNumber"),
        ("OrderLineBasePricePerItem", "basePricePerItem"),
        ("OrderLinePriceOfLine", "discountedPricePerLine"),
    ):
        if name in clean:
            line[key] = clean[name]
    return line


def build_order(world, job, rows):
    first = same_order(job, rows)
    body = {
        "lines": [line_body(job, clean) for _number, clean in rows],
        "customFields": job.parts(first, "custom"),
    }
    for name, key in (
        ("OrderTotalPrice", "totalPrice"),
        ("OrderDeliveryCost", "deliveryCost"),
        ("OrderEmail", "email"),
        ("OrderMobilePhone", "mobilePhone"),
    ):
        if name in first:
            body[key] = first[name]
    if "OrderPaymentType" in first:
        body["payments"] = [{"type": first["OrderPaymentType"]}]
    created, changed = (
        stamp(first, f"Order{x}DateTimeUtc", job) for x in ("Creation", "LastUpdate")
    )
    customer = order_customer(world, job, rows[0][0], first, created)
    ids = job.parts(first, "id")
    order = world.orders.find(ids) or world.orders.make(ids, created)
    order.point = first.get("PointOfContact") or order.point
    world.orders.assign(order, customer)
    for where, what in world.orders.save(order, body, changed):
        job.warn(rows[0][0], f"{where}: {what}")
    order.note(
        created, "imported", lines=len(order.lines), total=money.shown(order.total)
    )
    world.see_products(line.product for line in order.lines)


def order_customer(world, job, number, first, when):
    ids = known_ids(world, "customer", job.parts(first, "customer"))
    body = {
        "ids": ids,
        "email": first.get("CustomerEmail"),
        "mobilePhone": first.get("CustomerMobilePhone"),
    }
    if not any(body.values()):
        raise RowError("nothing identifies the customer")
    customer = world.customers.locate(body)
    if customer is None and world.project.strict.rows == "documented":
        raise RowError("the customer does not exist")
    if customer is None:
        job.warn(number, "the customer was unknown, a stub was made")
        customer = world.customers.create(when)
        profile.apply(
            world.customers,
            customer,
            body,
            context(world, job, number, when),
            overwrite=False,
        )
    return customer
