"""Steps that only read."""

from ..books.customers import Ambiguous
from ..showing import read_back
from .policies import identified


def read(ctx):
    """All blocks a project could have configured; reads have no effect."""
    ctx.call.effect = False
    if ctx.body.get("order"):
        order = ctx.world.orders.find(ctx.body["order"].get("ids"))
        return read_back.read_order(ctx.world, order)
    try:
        customer = identified(ctx)
    except Ambiguous:
        return {"customer": {"processingStatus": "Ambiguous"}}
    ctx.call_customer(customer)
    return read_back.read_customer(ctx.world, customer)
