"""Steps about discount cards and balances."""

from ..books import cards
from ..books.customer import card_number
from ..contract.errors import BusinessError
from ..showing import records
from .customers import answer_customer, customer_of

NOTHING = {}


# -- cards and balances ---
def card_issue(ctx):
    part = ctx.body.get("discountCard") or ctx.body["customer"]["discountCard"]
    number = card_number(part)
    ctx.body.get("customer", {}).pop("discountCard", None)
    if number not in ctx.world.cards.all and not ctx.settings["new_cards_allowed"]:
        return card_answer(ctx, number, "NotFound")
    customer = customer_of(ctx)
    card = ctx.world.cards.make(number, ctx.when)
    kind = part.get("type", NOTHING).get("ids", NOTHING).get("externalId")
    state = ctx.world.cards.bind(card, customer, ctx.when, ctx.seq)
    if state != "AlreadyBoundToAnotherCustomer":
        set_card(
            card,
            kind,
            part.get("status", NOTHING).get("ids", NOTHING).get("systemName"),
        )
    return {**answer_customer(ctx, customer), **card_answer(ctx, number, state)}


def card_answer(ctx, number, state):
    """Success in any case, but a card that was not bound is an error in the
    operation log.
    """
    if state in ("NotFound", "AlreadyBoundToAnotherCustomer"):
        ctx.call.effect = False
        ctx.call.error = f"{state}: card {number}"
    return {"discountCard": {"processingStatus": state, "ids": {"number": number}}}


def set_card(card, kind, status):
    if status and status not in cards.STATUSES:
        raise BusinessError(f"Unknown card status '{status}'")
    card.type, card.status = kind or card.type, status or card.status


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
            ctx.warn(
                "/balanceChanges", "balanceNegative: the balance is below zero now"
            )
    ctx.world.balance_changes += len(changes)
    return {
        **answer_customer(ctx, customer),
        "balances": records.balances(customer),
    }
