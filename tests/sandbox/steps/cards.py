"""Steps about discount cards and balances.

Whether a card that was not bound counts as an error in the operation log is not
documented: it is a remark where cards are made by imports only.
"""

from ..books import cards
from ..books.customer import card_number
from ..contract.errors import BusinessError
from ..showing import records
from .policies import answer_customer, customer_of, identified

NOTHING = {}


def card_issue(ctx):
    part = ctx.body.get("discountCard") or ctx.body["customer"]["discountCard"]
    number = card_number(part)
    ctx.body.get("customer", {}).pop("discountCard", None)
    if ctx.strict.cards == "imported_only":
        return activate(ctx, number)
    customer = customer_of(ctx)
    state = bind(ctx, ctx.world.cards.make(number, ctx.when), customer, part)
    return {**answer_customer(ctx, customer), **card_answer(ctx, number, state)}


def activate(ctx, number):
    """A card of the pool becomes the customer's; neither of the two is made here."""
    customer, card = identified(ctx), ctx.world.cards.all.get(number)
    state = "NotProcessed" if customer is None else "NotFound"
    if customer and card:
        state = bind(ctx, card, customer, NOTHING)
    return {**answer_customer(ctx, customer), **card_answer(ctx, number, state)}


def bind(ctx, card, customer, part):
    state = ctx.world.cards.bind(card, customer, ctx.when, ctx.seq)
    if state == "AlreadyBoundToAnotherCustomer":
        return state
    kind = part.get("type", NOTHING).get("ids", NOTHING).get("externalId")
    status = part.get("status", NOTHING).get("ids", NOTHING).get("systemName")
    if status and status not in cards.STATUSES:
        raise BusinessError(f"Unknown card status '{status}'")
    card.type, card.status = kind or card.type, status or card.status
    ctx.call_customer(customer)
    return state


def card_answer(ctx, number, state):
    """Success in any case; what was not bound is told by the status alone."""
    if state in ("NotFound", "NotProcessed", "AlreadyBoundToAnotherCustomer"):
        ctx.call.effect = False
        if ctx.strict.cards == "imported_only":
            ctx.remark("/discountCard", f"{state}: the card was not bound")
        else:
            ctx.call.error = f"{state}: card {number}"
    return {"discountCard": {"processingStatus": state, "ids": {"number": number}}}


def balance_change(ctx):
    order = ctx.body.get("order")
    changes = [cards.balance_change(part, order) for part in ctx.body["balanceChanges"]]
    number = card_number(ctx.body.get("discountCard"))
    customer = ctx.world.cards.owner(number) if number else None
    customer = customer or customer_of(ctx)
    ctx.call_customer(customer)
    card = ctx.world.cards.all.get(number)
    if number and (card is None or card.customer is not customer):
        ctx.warn("/discountCard", "not a card of this customer, ignored")
        card = None
    for change in changes:
        if ctx.world.cards.change(customer, card, change, ctx.when, ctx.seq) < 0:
            note = "balanceNegative: the balance is below zero now"
            ctx.warn("/balanceChanges", note)
    ctx.world.balance_changes += len(changes)
    return {
        **answer_customer(ctx, customer),
        "balances": records.balances(customer),
    }
