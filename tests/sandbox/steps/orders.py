"""Steps about orders, without processing."""

from ..books import money, order_statuses
from ..contract.errors import BusinessError
from .policies import answer_customer, customer_of

NOTHING = {}


# -- orders ---
def order_create(ctx):
    if ctx.world.orders.find(ctx.body["order"]["ids"]):
        raise BusinessError("The order exists already")
    return order_save(ctx)


def order_save(ctx):
    part = ctx.body["order"]
    order = ctx.world.orders.find(part["ids"])
    for line in part.get("lines", ()):
        order_statuses.known(ctx.world.project, line.get("status"))
    if order and not ctx.fresh(("order", order.id)):
        order.note(ctx.when, "stale", ctx.seq)
        return {}
    customer = customer_of(ctx, required=order is None)
    state = "Updated" if order else "Created"
    order = order or make_order(ctx, part["ids"])
    ctx.world.orders.assign(order, customer)
    ctx.warn_all(ctx.world.orders.save(order, part, ctx.when, ctx.seq))
    order.point = ctx.body.get("pointOfContact") or order.point
    ctx.world.see_products(line.product for line in order.lines)
    return note_order(ctx, order, customer, state)


def make_order(ctx, ids):
    if not any(name.lower() != "mindboxid" for name in ids):
        raise BusinessError("The order was not found by its mindboxId")
    order = ctx.world.orders.make(ids, ctx.when)
    ctx.fresh(("order", order.id))
    return order


def note_order(ctx, order, customer, state):
    kind = f"order_{state.lower()}"
    order.note(
        ctx.when, kind, ctx.seq, total=money.shown(order.total), lines=len(order.lines)
    )
    if order.customer:
        order.customer.note(
            ctx.when, kind, ctx.seq, order=order.key, total=money.shown(order.total)
        )
        ctx.call_customer(order.customer)
    answer = answer_customer(ctx, customer) if customer else {}
    ids = {"mindboxId": order.id, **order.ids}
    return {**answer, "order": {"processingStatus": state, "ids": ids}}


def order_status(ctx):
    part = ctx.body["order"]
    order = ctx.world.orders.find(part["ids"])
    if order is None:
        raise BusinessError("The order was not found")
    customer_of(ctx, required=False)
    whole = ctx.body.get("orderLinesStatus")
    if whole is not None:
        fresh = order_statuses.set_status(ctx.world.project, order, whole, ctx.when)
    else:
        fresh = order_statuses.set_line_statuses(
            ctx.world.project, order, part.get("lines", ()), ctx.when
        )
    ctx.call.stale = not fresh
    ctx.world.orders.add_returns(order, part)
    ctx.world.orders.touch(order, ctx.when)
    return note_status(ctx, order, whole, part)


def note_status(ctx, order, whole, part):
    lines = [
        {
            "line": line.get("lineId"),
            "status": line.get("status"),
            "quantity": line.get("quantity"),
        }
        for line in part.get("lines", ())
    ]
    order.note(
        ctx.when,
        "order_status",
        ctx.seq,
        status=whole,
        lines=lines,
        stale=ctx.call.stale,
    )
    if order.customer:
        status = whole or ", ".join(sorted({str(line["status"]) for line in lines}))
        order.customer.note(
            ctx.when, "order_status", ctx.seq, order=order.key, status=status
        )
        ctx.call_customer(order.customer)
    return {
        "order": {
            "processingStatus": "Updated",
            "ids": {"mindboxId": order.id, **order.ids},
        }
    }


def order_note(ctx):
    """Custom fields of a known order, for example that it is a favourite."""
    order = ctx.world.orders.find(ctx.body["order"]["ids"])
    if order is None:
        raise BusinessError("The order was not found")
    if not ctx.fresh(("note", order.id)):
        return {}
    customer_of(ctx, required=False)
    given = {
        **ctx.body["order"].get("customFields", NOTHING),
        **ctx.body.get("customerAction", NOTHING).get("customFields", NOTHING),
    }
    order.custom = {**(order.custom or NOTHING), **given} or None
    order.note(ctx.when, "order_note", ctx.seq, fields=given)
    if order.customer:
        order.customer.note(
            ctx.when, "order_note", ctx.seq, order=order.key, fields=given
        )
        ctx.call_customer(order.customer)
    return {"order": {"processingStatus": "Updated", "ids": {"mindboxId": order.id}}}
