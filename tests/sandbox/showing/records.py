"""Records as tests and the page see them."""

from ..books import money, order_money
from ..books.cards import shown_entry
from ..books.lists import shown_items
from ..calls import iso

NOTHING = {}


def timeline(entries):
    return [
        {"at": iso(when), "kind": kind, "seq": seq, **data}
        for when, kind, seq, data in entries
    ]


def balances(customer):
    return [
        {
            "systemName": name,
            "total": money.shown(amount),
            "available": money.shown(amount),
            "blocked": 0,
        }
        for name, amount in (customer.balances or NOTHING).items()
    ]


def brief_customer(world, customer):
    return {
        "id": customer.id,
        "ids": customer.ids,
        "title": customer.title,
        "email": customer.email,
        "mobilePhone": customer.phone,
        **customer.data,
        "segments": customer.segments or {},
        "cards": customer.cards or [],
        "balances": balances(customer),
        "orders": len(customer.orders or ()),
        "views": customer.views or 0,
        "devices": len(customer.devices or ()),
        "lists": {
            name: len(stored.items)
            for name, stored in (customer.lists or NOTHING).items()
        },
        "created": iso(customer.created),
        "changed": iso(customer.changed),
    }


def subscriptions(customer):
    return [
        {
            "brand": brand,
            "pointOfContact": channel,
            "topic": topic,
            "state": state,
            "at": iso(when),
        }
        for (brand, channel, topic), (state, when) in (
            customer.subscriptions or NOTHING
        ).items()
    ]


def full_customer(world, customer):
    return {
        **brief_customer(world, customer),
        "customFields": customer.custom or {},
        "devices": sorted(customer.devices or ()),
        "merged": customer.merged or [],
        "subscriptions": subscriptions(customer),
        "lists": {
            name: {"items": shown_items(stored), "at": iso(stored.when)}
            for name, stored in (customer.lists or NOTHING).items()
        },
        "cards": [card(world, world.cards.all[n]) for n in customer.cards or ()],
        "history": [shown_entry(entry) for entry in customer.history or ()],
        "orders": [order(world, one) for one in customer.orders or ()],
        "timeline": timeline(customer.timeline),
    }


def order(world, one):
    who = one.customer
    return {
        "id": one.id,
        "key": one.key,
        "ids": one.ids,
        "customer": who and {"id": who.id, "title": who.title, "ids": who.ids},
        "totalPrice": money.shown(one.total),
        "deliveryCost": money.shown(one.delivery),
        "expectedTotal": money.shown(order_money.expected(world.project, one)),
        "statuses": sorted({line.status or "" for line in one.lines}),
        "lines": [shown_line(world, line) for line in one.lines],
        "warnings": [
            message for _place, message in order_money.warnings(world.project, one)
        ],
        "customFields": one.custom or {},
        "created": iso(one.created),
        "changed": iso(one.changed),
    }


def shown_line(world, line):
    return {
        "lineId": line.id,
        "lineNumber": line.number,
        "product": line.product,
        "quantity": money.count(line.quantity),
        "basePricePerItem": money.shown(line.base),
        "price": money.shown(line.price),
        "status": line.status,
        "category": world.project.category(line.status) if line.status else None,
    }


def full_order(world, one):
    return {
        **order(world, one),
        "email": one.email,
        "mobilePhone": one.phone,
        "pointOfContact": one.point,
        "payments": payments(one.payments),
        "returnedPayments": payments(one.returned),
        "discounts": payments(one.discounts),
        "history": timeline(one.history),
    }


def payments(parts):
    return [{**part, "amount": money.shown(part["amount"])} for part in parts or ()]


def card(world, one):
    who = one.customer
    return {
        "number": one.number,
        "status": one.status,
        "type": one.type,
        "balance": money.shown(one.balance),
        "changed": iso(one.changed),
        "customer": {"id": who.id, "title": who.title} if who else None,
    }


def full_card(world, one):
    return {
        **card(world, one),
        "history": [shown_entry(entry) for entry in one.history or ()],
    }


def product_list(world, row):
    customer, name, stored = row
    return {
        "list": name,
        "customer": {"id": customer.id, "title": customer.title},
        "items": shown_items(stored),
        "at": iso(stored.when),
    }


def import_job(world, job):
    return job.shown()


def as_it_is(world, row):
    return row
