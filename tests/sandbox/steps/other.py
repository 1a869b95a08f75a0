"""Steps about segments and products, and those that are played without effects."""

from ..books.order import product_key
from .policies import answer_customer, customer_of


def segment_step(ctx):
    """Segmentation and segment are settings of the operation, not in the body."""
    customer = customer_of(ctx)
    operation = ctx.operation
    segment = operation.segment if operation.step == "segment_include" else None
    ctx.world.set_segment(customer, operation.segmentation, segment, ctx.when, ctx.seq)
    return answer_customer(ctx, customer)


def product_save(ctx):
    part = ctx.body["product"]
    ctx.world.products.save(product_key({"product": part}), part)
    return {"product": {"processingStatus": "Updated"}}


def accept(ctx):
    """Operations that are played without consequences: codes, mailings."""
    customer = customer_of(ctx, required=False)
    if customer:
        customer.note(ctx.when, "called", ctx.seq, operation=ctx.operation.name)
    return {}
