"""Pages of all records of a kind, and one record found by any of its names."""

from . import records

NOTHING = {}


def listing(world, kind, q="", offset=0, limit=100):
    """A page of a kind, last changed first; `q` looks for a piece of text."""
    rows_of, shown, text = LISTINGS[kind]
    rows = rows_of(world)
    if q:
        rows = [row for row in rows if q.lower() in text(row).lower()]
    rows = list(rows)
    page = rows[::-1][offset : offset + limit]
    return {kind: [shown(world, row) for row in page], "total": len(rows)}


def product_rows(world):
    return [{"id": key, **value} for key, value in world.products.all.items()]


def segment_rows(world):
    rows = [
        {"segmentation": segmentation, "segment": segment, "customers": number}
        for (segmentation, segment), number in sorted(world.segments.items())
        if number
    ]
    return rows[::-1]


def list_rows(world):
    return [
        (customer, name, stored)
        for customer in world.customers.all.values()
        for name, stored in (customer.lists or NOTHING).items()
    ]


def customer_text(customer):
    words = [
        *customer.ids.values(),
        customer.email,
        customer.phone,
        *customer.data.values(),
    ]
    return " ".join(
        str(word) for word in (customer.id, *words, *(customer.cards or ())) if word
    )


def order_text(order):
    who = customer_text(order.customer) if order.customer else ""
    statuses = (line.status or "" for line in order.lines)
    return " ".join([*order.ids.values(), *statuses, who])


# Kind: where its rows are, how one is shown, the text that is searched.
LISTINGS = {
    "customers": (
        lambda world: world.customers.all.values(),
        records.brief_customer,
        customer_text,
    ),
    "orders": (lambda world: world.orders.all.values(), records.order, order_text),
    "cards": (
        lambda world: world.cards.all.values(),
        records.card,
        lambda card: f"{card.number} {card.status}",
    ),
    "lists": (
        list_rows,
        records.product_list,
        lambda row: f"{row[1]} {customer_text(row[0])}",
    ),
    "segments": (segment_rows, records.as_it_is, str),
    "products": (product_rows, records.as_it_is, str),
    "imports": (
        lambda world: world.imports.all,
        records.import_job,
        lambda job: job.operation,
    ),
}


# -- one record ---
def one(world, kind, ident):
    find, shown = FINDERS[kind]
    found = find(world, ident)
    return None if found is None else shown(world, found)


def find_customer(world, ident):
    """By mindboxId, by `name:value` or by a value alone: an id or a contact."""
    book = world.customers
    name, _, value = ident.partition(":")
    names = world.project.ids["customer"] or ()
    found = (
        book.locate({"ids": {"mindboxId": ident}}),
        *book.by_ids({name: value}),
        book.locate({"email": ident}),
        book.locate({"mobilePhone": ident}),
        *(known for n in names for known in book.by_ids({n: ident})),
    )
    return next(filter(None, found), None)


def find_order(world, ident):
    name, _, value = ident.rpartition(":")
    names = [name] if name else [*(world.project.ids["order"] or ()), "mindboxId"]
    found = (world.orders.by_id.get((n.lower(), value)) for n in names)
    return next(filter(None, found), None)


def find_import(world, ident):
    return next((job for job in world.imports.all if str(job.id) == ident), None)


FINDERS = {
    "customers": (find_customer, records.full_customer),
    "orders": (find_order, records.full_order),
    "cards": (lambda world, ident: world.cards.all.get(ident), records.full_card),
    "imports": (find_import, records.import_job),
}
