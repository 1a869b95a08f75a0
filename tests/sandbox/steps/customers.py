"""Steps about customers, and how a step treats the customer of its body."""

from ..books import consents, merging, profile
from ..books.customer import card_number
from ..contract.errors import BusinessError

NOTHING = {}


# -- how a step treats the customer of its body ---
def identified(ctx):
    """The customer a body or a device leads to, or None."""
    part = ctx.body.get("customer") or NOTHING
    if any(part.get(key) for key in ("ids", "email", "mobilePhone", "discountCard")):
        return ctx.book.locate(part)
    return ctx.book.of_device(ctx.device)


def named(ctx):
    """The existing customer; async calls may make a stub by id, a device makes a
    visitor.
    """
    customer = identified(ctx)
    if customer is None:
        customer = stub(ctx)
    ctx.welcome(customer)
    return customer


def stub(ctx):
    part = ctx.body.get("customer") or NOTHING
    ids = {
        k: v for k, v in part.get("ids", NOTHING).items() if k.lower() != "mindboxid"
    }
    if not part and ctx.device:
        return ctx.book.create(ctx.when)
    if not part:
        raise BusinessError("The call names no customer")
    if ctx.call.mode == "sync" or not ids:
        raise BusinessError("Customer not found")
    customer = ctx.book.create(ctx.when)
    ctx.book.set_ids(customer, ids)
    customer.note(ctx.when, "stub", ctx.seq)
    return customer


def register_customer(ctx):
    """Always creates; a known unique id is an error."""
    part = ctx.body["customer"]
    if any(ctx.book.by_ids(part.get("ids"))):
        raise BusinessError("A customer with this identifier is registered already")
    customer = ctx.book.create(ctx.when)
    ctx.book.set_ids(customer, part.get("ids"))
    return written(ctx, customer, part, overwrite=True, state="Created")


def edit_customer(ctx):
    """Overwrites; where the customer does not exist nothing happens, with Success."""
    part = ctx.body["customer"]
    customer = ctx.book.locate_for_change(part)
    if customer is None:
        ctx.call.effect = False
        ctx.warn("/customer", "customerNotFound: nothing was changed")
        return None
    if ctx.fresh(("customer", customer.id)):
        return written(ctx, customer, part, overwrite=True)
    return customer


def import_customer(ctx):
    """Created or updated by its id, as the step "Import" does."""
    known = ctx.book.locate_for_change(ctx.body["customer"])
    return edit_customer(ctx) if known else register_customer(ctx)


def complement_customer(ctx):
    """Guests: registered or complemented, never overwritten."""
    part = ctx.body.get("customer") or NOTHING
    customer = identified(ctx)
    if customer is None and not (part or ctx.device):
        raise BusinessError("The call names no customer")
    state = None if customer else "Created"
    customer = customer or ctx.book.create(ctx.when)
    return written(ctx, customer, part, overwrite=False, state=state)


def written(ctx, customer, part, overwrite, state=None):
    changed = profile.apply(ctx.book, customer, part, ctx, overwrite)
    ctx.status = state or changed
    number = card_number(part.get("discountCard"))
    if number:
        ctx.world.cards.bind(
            ctx.world.cards.make(number, ctx.when), customer, ctx.when, ctx.seq
        )
    consents.subscribe(
        customer, part.get("subscriptions"), ctx, ctx.operation.step == "edit"
    )
    ctx.welcome(customer)
    return customer


POLICIES = {
    "register": register_customer,
    "edit": edit_customer,
    "import": import_customer,
    "complement": complement_customer,
    "existing": named,
    "find": identified,
    "none": lambda ctx: None,
}


def customer_of(ctx, required=True):
    """The customer by the operation's policy; some steps get along without one."""
    if not required and not ctx.body.get("customer") and not ctx.device:
        return None
    return POLICIES[ctx.operation.customer](ctx)


def answer_customer(ctx, customer):
    if customer is None:
        return {"customer": {"processingStatus": "NotFound"}}
    ids = {"mindboxId": customer.id, **customer.ids}
    return {"customer": {"processingStatus": ctx.status, "ids": ids}}


# -- customer steps ---
def customer_step(kind):
    def step(ctx):
        customer = customer_of(ctx)
        if customer and ctx.call.effect and not ctx.call.stale:
            customer.note(ctx.when, kind, ctx.seq, state=ctx.status)
        return answer_customer(ctx, customer)

    return step


def merge(ctx):
    """On demand: all must exist; who is merged already is Found."""
    parts = ctx.body["customersToMerge"]
    winner = ctx.book.locate_for_change(ctx.body["resultingCustomer"])
    losers = [ctx.book.locate_for_change(part) for part in parts]
    if winner is None or None in losers:
        raise BusinessError("A customer to merge was not found")
    states = ["Found" if loser is winner else "Merged" for loser in losers]
    for loser in losers:
        merging.absorb(ctx.book, winner, loser, ctx.when, ctx.seq)
    ctx.welcome(winner)
    return {
        "customersToMerge": [{"processingStatus": state} for state in states],
        "resultingCustomer": answer_customer(ctx, winner)["customer"],
    }
