"""Steps about customers."""

from ..books import merging
from ..contract.errors import BusinessError
from .policies import answer_customer, customer_of


def customer_step(kind):
    def step(ctx):
        customer = customer_of(ctx)
        if customer and ctx.call.effect and not ctx.call.stale:
            customer.note(ctx.when, kind, ctx.seq, state=ctx.status)
        return answer_customer(ctx, customer)

    return step


def merge(ctx):
    """On demand: nothing is merged unless all exist."""
    parts, result = ctx.body["customersToMerge"], ctx.body["resultingCustomer"]
    if ctx.strict.merges == "not_found" and result in parts:
        raise BusinessError("The resulting customer is among those to merge")
    winner = ctx.book.locate_for_change(result)
    losers = [ctx.book.locate_for_change(part) for part in parts]
    complete = winner is not None and None not in losers
    if not complete and ctx.strict.merges == "protocol_error":
        raise BusinessError("A customer to merge was not found")
    ctx.call.effect = complete
    answer = merge_answer(ctx, winner, losers, complete)
    if complete:
        for loser in losers:
            merging.absorb(ctx.book, winner, loser, ctx.when, ctx.seq)
        ctx.welcome(winner)
    return answer


def merge_answer(ctx, winner, losers, complete):
    """Each customer Found or NotFound; the one that stays Merged when it was done."""
    ctx.status = "Merged" if complete else "Found"
    result = answer_customer(ctx, winner)["customer"]
    ctx.status = "Found"
    return {
        "customersToMerge": [
            answer_customer(ctx, loser)["customer"] for loser in losers
        ],
        "resultingCustomer": result,
    }
