"""What operations do, one function a step (contract §3); the table at the end names
them.

A step checks first and changes afterwards, so a refused call leaves no trace. It
returns the parts of a sync answer.
"""

from . import cards, lists, money
from .contract import BusinessError
from .customers import Ambiguous, card_number
from .orders import product_key

NOTHING = {}


# -- customers: the policies of §3.2 ---
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
    """Created or updated by its id, as the step "Import" does (§3.2)."""
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
    changed = ctx.book.apply(customer, part, ctx, overwrite)
    ctx.status = state or changed
    number = card_number(part.get("discountCard"))
    if number:
        ctx.world.cards.bind(
            ctx.world.cards.make(number, ctx.when), customer, ctx.when, ctx.seq
        )
    ctx.book.subscribe(
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
    """On demand: all must exist; who is merged already is Found (§3.2)."""
    parts = ctx.body["customersToMerge"]
    winner = ctx.book.locate_for_change(ctx.body["resultingCustomer"])
    losers = [ctx.book.locate_for_change(part) for part in parts]
    if winner is None or None in losers:
        raise BusinessError("A customer to merge was not found")
    states = ["Found" if loser is winner else "Merged" for loser in losers]
    for loser in losers:
        ctx.book.absorb(winner, loser, ctx.when, ctx.seq)
    ctx.welcome(winner)
    return {
        "customersToMerge": [{"processingStatus": state} for state in states],
        "resultingCustomer": answer_customer(ctx, winner)["customer"],
    }


def read(ctx):
    """All blocks a project could have configured; reads have no effect."""
    ctx.call.effect = False
    if ctx.body.get("order"):
        return read_order(ctx)
    try:
        customer = identified(ctx)
    except Ambiguous:
        return {"customer": {"processingStatus": "Ambiguous"}}
    ctx.call_customer(customer)
    return ctx.world.read_customer(customer)


def read_order(ctx):
    order = ctx.world.orders.find(ctx.body["order"].get("ids"))
    if order is None:
        return {"order": {"processingStatus": "NotFound"}}
    return {"order": {"processingStatus": "Found", **ctx.world.shown_order(order)}}


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
        "balances": ctx.world.shown_balances(customer),
    }


# -- orders ---
def order_create(ctx):
    if ctx.world.orders.find(ctx.body["order"]["ids"]):
        raise BusinessError("The order exists already")
    return order_save(ctx)


def order_save(ctx):
    part = ctx.body["order"]
    order = ctx.world.orders.find(part["ids"])
    for line in part.get("lines", ()):
        ctx.world.orders.known(line.get("status"))
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
        fresh = ctx.world.orders.set_status(order, whole, ctx.when)
    else:
        fresh = ctx.world.orders.set_line_statuses(
            order, part.get("lines", ()), ctx.when
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


def calculated(ctx):
    """A calculation without any promotions: prices as they came (§3.6)."""
    part = ctx.body["order"]
    delivery = money.cents(part.get("deliveryCost")) or 0
    shown = [
        {
            "lineId": line.get("lineId"),
            "lineNumber": line.get("lineNumber"),
            "discountedPriceOfLine": money.shown(priced(line)),
        }
        for line in part["lines"]
    ]
    total = sum(priced(line) for line in part["lines"]) + delivery
    return total, {
        "totalPrice": money.shown(total),
        "deliveryCost": money.shown(delivery),
        "lines": shown,
        "couponsInfo": [],
        "bonusPointsInfo": [],
    }


def priced(line):
    return money.times(
        money.cents(line.get("basePricePerItem")) or 0,
        money.milli(line.get("quantity", 1)),
    )


def order_calculate(ctx):
    ctx.call.effect = False
    customer = identified(ctx)
    return {
        **answer_customer(ctx, customer),
        "order": {"processingStatus": "Calculated", **calculated(ctx)[1]},
    }


def order_process(ctx):
    total, shown = calculated(ctx)
    given = money.cents(ctx.body["order"].get("totalPrice"))
    if given is not None and given != total:
        ctx.call.effect = False
        return {
            "order": {
                **shown,
                "processingStatus": "PriceHasBeenChanged",
                "statusDescription": "The prices are others now",
            }
        }
    return order_save(ctx)


# -- lists, views, segments, the rest ---
def list_step(change):
    """A step that changes the list of the operation, unless a newer state is known
    (§3.8).
    """

    def step(ctx):
        # Checked before anything is changed, a bad item refuses the call.
        work = change(ctx)
        customer = customer_of(ctx)
        name = ctx.operation.list or ctx.operation.name
        if not ctx.fresh(("list", customer.id, name)):
            return answer_customer(ctx, customer)
        stored = customer.bag("lists").setdefault(name, lists.ProductList())
        work(stored.items)
        stored.when = ctx.when
        ctx.world.see_products(stored.items)
        customer.note(
            ctx.when, ctx.operation.step, ctx.seq, list=name, items=len(stored.items)
        )
        return answer_customer(ctx, customer)

    return step


def new_content(ctx):
    found = lists.items(ctx.body["productList"], ctx.warn)

    def replace(stored):
        stored.clear()
        stored.update(found)

    return replace


def no_content(ctx):
    return dict.clear


def add_item(ctx):
    key, one = lists.item(ctx.body["addProductToList"], "/addProductToList", ctx.warn)

    def add(stored):
        before = stored.get(key, {"count": 0})["count"]
        stored[key] = {**one, "count": before + one["count"]}

    return add


def set_item(ctx):
    part = ctx.body["setProductCountInList"]
    key, one = lists.item(part, "/setProductCountInList", ctx.warn)
    return (
        lambda stored: stored.update({key: one})
        if one["count"]
        else stored.pop(key, None)
    )


def remove_item(ctx):
    key, one = lists.item(
        ctx.body["removeProductFromList"], "/removeProductFromList", ctx.warn
    )
    return lambda stored: stored.pop(key, None)


def view_product(ctx):
    part = ctx.body.get("viewProduct") or ctx.body
    return viewed(ctx, "view_product", product_key(part))


def view_category(ctx):
    part = ctx.body.get("viewProductCategory") or ctx.body
    ids = part.get("productCategory", NOTHING).get("ids")
    return viewed(ctx, "view_category", ids and ":".join(next(iter(ids.items()))))


def viewed(ctx, kind, key):
    if not key:
        raise BusinessError("The view names nothing")
    customer = customer_of(ctx)
    customer.views = (customer.views or 0) + 1
    ctx.world.views += 1
    if kind == "view_product":
        ctx.world.products.see(key)
    customer.note(ctx.when, kind, ctx.seq, item=key)
    return answer_customer(ctx, customer)


def segment_step(ctx):
    """Segmentation and segment are settings of the operation, not in the body
    (§3.12).
    """
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


STEPS = {
    "register": customer_step("registered"),
    "authorize": customer_step("authorized"),
    "edit": customer_step("edited"),
    "complement": customer_step("complemented"),
    "subscribe": customer_step("subscription"),
    "merge": merge,
    "read": read,
    "card_issue": card_issue,
    "balance_change": balance_change,
    "order_create": order_create,
    "order_save": order_save,
    "order_status": order_status,
    "order_note": order_note,
    "order_calculate": order_calculate,
    "order_process": order_process,
    "list_set": list_step(new_content),
    "list_clear": list_step(no_content),
    "list_add": list_step(add_item),
    "list_count": list_step(set_item),
    "list_remove": list_step(remove_item),
    "view_product": view_product,
    "view_category": view_category,
    "segment_include": segment_step,
    "segment_exclude": segment_step,
    "product_save": product_save,
    "accept": accept,
}
