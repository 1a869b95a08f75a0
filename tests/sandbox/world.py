"""Everything the make-believe Mindbox knows, and how it is shown."""

from collections import Counter

from . import money
from .bulk import Imports
from .calls import iso
from .cards import CardBook, card_history, shown_entry
from .customers import CustomerBook
from .lists import ProductBook, shown_items
from .orders import OrderBook
from .steps import STEPS

NOTHING = {}


class Context:
    """One call on its way through a step."""

    __slots__ = (
        "world",
        "call",
        "operation",
        "body",
        "when",
        "seq",
        "device",
        "status",
    )

    def __init__(self, world, call, operation, body, when):
        self.world, self.call, self.operation = world, call, operation
        self.body, self.when, self.seq = body, when, world.next_seq()
        expected = operation.device != "refused"
        self.device = (
            call.device_uuid.lower() if call.device_uuid and expected else None
        )
        self.status = "Found"

    @property
    def book(self):
        return self.world.customers

    @property
    def settings(self):
        return self.world.project.settings

    def warn(self, location, message):
        self.call.warn(location, message)

    def warn_all(self, warnings):
        for location, message in warnings:
            self.warn(location, message)

    def fresh(self, subject):
        """No newer state of the subject is known; else the call is stale."""
        if self.when < self.world.times.get(subject, 0):
            self.call.stale = True
            return False
        self.world.times[subject] = self.when
        return True

    def call_customer(self, customer):
        if customer is not None:
            self.call.customer_id = customer.id

    def welcome(self, customer):
        """The customer of this call: remembered at the call, seen with this device."""
        self.call_customer(customer)
        self.book.touch(customer, self.when)
        if self.device:
            self.book.set_device(customer, self.device, self.when)


class World:
    def __init__(self, project):
        self.project = project
        self.imports = Imports(self)
        self.next_seq = lambda: 0
        self.reset()

    def reset(self):
        self.imports.reset()
        self.cards = CardBook()
        self.customers = CustomerBook(self.cards)
        self.orders = OrderBook(self.project)
        self.products = ProductBook()
        self.times = {}
        self.segments = Counter()
        self.views = self.balance_changes = 0

    def run(self, context):
        """Do the operation's step; the parts of a sync answer."""
        context.call.effect = True
        if not self.project.settings["domain"]:
            return {}
        try:
            return STEPS[context.operation.step](context)
        except Exception:
            context.call.effect = False
            raise

    # -- what steps and imports share ---
    def see_products(self, keys):
        for key in keys:
            self.products.see(key)

    def set_segment(self, customer, segmentation, segment, when, seq=0):
        """A customer is in at most one segment of a segmentation (§3.12)."""
        mine = customer.bag("segments")
        old = mine.pop(segmentation, None)
        if old is not None:
            self.segments[segmentation, old] -= 1
        if segment:
            mine[segmentation] = segment
            self.segments[segmentation, segment] += 1
        if old != segment:
            customer.note(
                when,
                "segment",
                seq,
                segmentation=segmentation,
                segment=segment,
                before=old,
            )

    # -- showing ---
    def counts(self):
        return {
            "customers": len(self.customers.all),
            "orders": len(self.orders.all),
            "cards": len(self.cards.all),
            "products": len(self.products.all),
            "views": self.views,
            "balance_changes": self.balance_changes,
            "imports": len(self.imports.all),
            "imports_waiting": self.imports.waiting,
        }

    def listing(self, kind, q="", offset=0, limit=100):
        """A page of a kind, last changed first; `q` looks for a piece of text."""
        rows, shown, text = getattr(self, f"list_{kind}")()
        if q:
            rows = [row for row in rows if q.lower() in text(row).lower()]
        rows = list(rows)
        page = rows[::-1][offset : offset + limit]
        return {kind: [shown(row) for row in page], "total": len(rows)}

    def list_customers(self):
        return self.customers.all.values(), self.brief_customer, customer_text

    def list_orders(self):
        return self.orders.all.values(), self.shown_order, order_text

    def list_cards(self):
        return (
            self.cards.all.values(),
            shown_card,
            lambda card: f"{card.number} {card.status}",
        )

    def list_imports(self):
        return self.imports.all, lambda job: job.shown(), lambda job: job.operation

    def list_products(self):
        rows = [{"id": key, **value} for key, value in self.products.all.items()]
        return rows, lambda row: row, str

    def list_segments(self):
        rows = [
            {"segmentation": segmentation, "segment": segment, "customers": number}
            for (segmentation, segment), number in sorted(self.segments.items())
            if number
        ]
        return rows[::-1], lambda row: row, str

    def list_lists(self):
        rows = [
            (customer, name, stored)
            for customer in self.customers.all.values()
            for name, stored in (customer.lists or NOTHING).items()
        ]
        return rows, shown_list, lambda row: f"{row[1]} {customer_text(row[0])}"

    def one(self, kind, ident):
        finder = getattr(self, f"one_{kind}")
        return finder(ident)

    def one_customers(self, ident):
        found = self.customers.locate({"ids": {"mindboxId": ident}}) or self.by_value(
            ident
        )
        return self.full_customer(found) if found else None

    def by_value(self, ident):
        name, _, value = ident.partition(":")
        book = self.customers
        return next(
            (
                c
                for c in (
                    *book.by_ids({name: value}),
                    book.locate({"email": ident}),
                    book.locate({"mobilePhone": ident}),
                    *(
                        one
                        for n in self.project.ids["customer"] or ()
                        for one in book.by_ids({n: ident})
                    ),
                )
                if c
            ),
            None,
        )

    def one_orders(self, ident):
        name, _, value = ident.rpartition(":")
        names = [name] if name else [*(self.project.ids["order"] or ()), "mindboxId"]
        found = (self.orders.by_id.get((n.lower(), value)) for n in names)
        order = next(filter(None, found), None)
        return self.full_order(order) if order else None

    def one_cards(self, ident):
        card = self.cards.all.get(ident)
        if card is None:
            return None
        return {
            **shown_card(card),
            "history": [shown_entry(e) for e in card_history(card)],
        }

    def one_imports(self, ident):
        return next(
            (job.shown() for job in self.imports.all if str(job.id) == ident), None
        )

    def shown_balances(self, customer):
        return [
            {
                "systemName": name,
                "total": money.shown(amount),
                "available": money.shown(amount),
                "blocked": 0,
            }
            for name, amount in (customer.balances or NOTHING).items()
        ]

    def brief_customer(self, customer):
        return {
            "id": customer.id,
            "ids": customer.ids,
            "title": customer.title,
            "email": customer.email,
            "mobilePhone": customer.phone,
            **customer.data,
            "segments": customer.segments or {},
            "cards": customer.cards or [],
            "balances": self.shown_balances(customer),
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

    def full_customer(self, customer):
        return {
            **self.brief_customer(customer),
            "customFields": customer.custom or {},
            "devices": sorted(customer.devices or ()),
            "merged": customer.merged or [],
            "subscriptions": [
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
            ],
            "lists": {
                name: {"items": shown_items(stored), "at": iso(stored.when)}
                for name, stored in (customer.lists or NOTHING).items()
            },
            "cards": [
                shown_card(self.cards.all[number]) for number in customer.cards or ()
            ],
            "history": [shown_entry(entry) for entry in customer.history or ()],
            "orders": [self.shown_order(order) for order in customer.orders or ()],
            "timeline": timeline(customer.timeline),
        }

    def shown_order(self, order):
        who = order.customer
        return {
            "id": order.id,
            "key": order.key,
            "ids": order.ids,
            "customer": {"id": who.id, "title": who.title, "ids": who.ids}
            if who
            else None,
            "totalPrice": money.shown(order.total),
            "deliveryCost": money.shown(order.delivery),
            "expectedTotal": money.shown(self.orders.expected(order)),
            "statuses": sorted({line.status or "" for line in order.lines}),
            "lines": [self.shown_line(line) for line in order.lines],
            "warnings": [message for _place, message in order.warnings or ()],
            "customFields": order.custom or {},
            "created": iso(order.created),
            "changed": iso(order.changed),
        }

    def shown_line(self, line):
        return {
            "lineId": line.id,
            "lineNumber": line.number,
            "product": line.product,
            "quantity": money.count(line.quantity),
            "basePricePerItem": money.shown(line.base),
            "price": money.shown(line.price),
            "status": line.status,
            "category": self.project.category(line.status) if line.status else None,
        }

    def full_order(self, order):
        return {
            **self.shown_order(order),
            "email": order.email,
            "mobilePhone": order.phone,
            "pointOfContact": order.point,
            "payments": shown_payments(order.payments),
            "returnedPayments": shown_payments(order.returned),
            "discounts": shown_payments(order.discounts),
            "history": timeline(order.history),
        }

    def read_customer(self, customer):
        """Every block of data a project may return about a customer (§3.2, §3.10,
        §3.12).
        """
        if customer is None:
            return {"customer": {"processingStatus": "NotFound"}}
        full = self.full_customer(customer)
        wanted = (
            "email",
            "mobilePhone",
            "lastName",
            "firstName",
            "middleName",
            "birthDate",
            "sex",
        )
        known = {key: full[key] for key in (*wanted, "customFields") if full.get(key)}
        ids = {"mindboxId": customer.id, **customer.ids}
        return {
            "customer": {
                "processingStatus": "Found",
                "ids": ids,
                **known,
                "subscriptions": consents(full["subscriptions"]),
            },
            "balances": full["balances"],
            "orders": full["orders"],
            "discountCards": [
                {
                    "ids": {"number": card["number"]},
                    "status": {"ids": {"systemName": card["status"]}},
                }
                for card in full["cards"]
            ],
            "customerActions": [action(entry) for entry in customer.history or ()],
            "customerSegmentations": [
                segmentation(*pair) for pair in full["segments"].items()
            ],
        }


def consents(subscriptions):
    shown = (
        {**one, "isSubscribed": one["state"] == "subscribed"} for one in subscriptions
    )
    return [{k: v for k, v in one.items() if k not in ("state", "at")} for one in shown]


def segmentation(name, segment):
    return {
        "segmentation": {"ids": {"externalId": name}},
        "segment": {"ids": {"externalId": segment}},
    }


def action(entry):
    return {
        "dateTimeUtc": iso(entry["at"]),
        "order": entry["order"] and {"ids": {"id": entry["order"]}},
        "customerBalanceChanges": [
            {
                "changeAmount": money.shown(entry["amount"]),
                "comment": entry["comment"],
                "expirationDateTimeUtc": entry["expires"],
                "balanceType": {"ids": {"systemName": entry["balance"]}},
            }
        ],
    }


def shown_payments(parts):
    return [{**part, "amount": money.shown(part["amount"])} for part in parts or ()]


def shown_card(card):
    who = card.customer
    return {
        "number": card.number,
        "status": card.status,
        "type": card.type,
        "balance": money.shown(card.balance),
        "changed": iso(card.changed),
        "customer": {"id": who.id, "title": who.title} if who else None,
    }


def shown_list(row):
    customer, name, stored = row
    who = {"id": customer.id, "title": customer.title}
    return {
        "list": name,
        "customer": who,
        "items": shown_items(stored),
        "at": iso(stored.when),
    }


def timeline(entries):
    return [
        {"at": iso(when), "kind": kind, "seq": seq, **data}
        for when, kind, seq, data in entries
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
