"""Steps about product lists and views."""

from ..books import lists
from ..books.order import product_key
from ..contract.errors import BusinessError
from .policies import answer_customer, customer_of

NOTHING = {}
# Products of one answer, at most.
MAX_RECOMMENDED = 30


# -- lists, views, segments, the rest ---
def list_step(change):
    """A step that changes the list of the operation, unless a newer state is known."""

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


def recommend(ctx):
    """The products seen last, but for the one that is looked at."""
    ctx.call.effect = False
    asked = ctx.body["recommendation"]
    limit = int(asked.get("limit") or 10)
    if limit > MAX_RECOMMENDED:
        raise BusinessError("At most 30 products are recommended")
    known = reversed(list(ctx.world.products.all))
    keys = [key for key in known if key != product_key(asked)][:limit]
    return {"recommendations": [{"ids": dict([key.split(":", 1)])} for key in keys]}


def note_recommendation(ctx):
    customer = customer_of(ctx)
    told = (ctx.body.get("customerAction") or NOTHING).get("customFields") or NOTHING
    customer.note(ctx.when, "recommendation", ctx.seq, **told)
    return answer_customer(ctx, customer)
