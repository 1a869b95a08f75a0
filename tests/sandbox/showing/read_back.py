"""Answers of operations that read.

Where answers are as documented, numbers and booleans are texts, as in the samples of
the pages, and an order shows no lineId and no delivery; else they show what is stored.
"""

from ..books import money, order_money
from ..calls import iso
from . import records

NOTHING = {}
PLAIN = (
    "email",
    "mobilePhone",
    "lastName",
    "firstName",
    "middleName",
    "birthDate",
    "sex",
    "customFields",
)


def documented(world):
    return world.project.strict.answers == "documented"


def in_texts(value):
    """Numbers and booleans as the samples of the pages have them."""
    if isinstance(value, dict):
        return {key: in_texts(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [in_texts(one) for one in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


# -- customers ---
def read_customer(world, customer):
    """Every block of data a project may return."""
    if customer is None:
        return {"customer": {"processingStatus": "NotFound"}}
    full = records.full_customer(world, customer)
    history = [action(entry) for entry in customer.history or ()]
    answer = {
        "customer": {
            "processingStatus": "Found",
            "ids": {"mindboxId": customer.id, **customer.ids},
            **{key: full[key] for key in PLAIN if full.get(key)},
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
        "customerActions": history,
        "customerSegmentations": [
            segmentation(*pair) for pair in full["segments"].items()
        ],
    }
    if documented(world):
        answer["orders"] = [listed_order(world, one) for one in customer.orders or ()]
        answer["balances"] = [balance(one) for one in full["balances"]]
        answer["customerActionsCount"] = len(history)
        return in_texts(answer)
    return answer


def consents(subscriptions):
    shown = (
        {**one, "isSubscribed": one["state"] == "subscribed"} for one in subscriptions
    )
    return [{k: v for k, v in one.items() if k not in ("state", "at")} for one in shown]


def balance(one):
    name = one["systemName"]
    kind = {"ids": {"systemName": name}, "name": name}
    return {**{k: v for k, v in one.items() if k != "systemName"}, "balanceType": kind}


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


# -- orders ---
def read_order(world, order):
    if order is None:
        return {"order": {"processingStatus": "NotFound"}}
    if not documented(world):
        return {"order": {"processingStatus": "Found", **records.order(world, order)}}
    shown = {
        "processingStatus": "Found",
        "ids": {"mindboxId": order.id, **order.ids},
        "lines": [line(one) for one in order.lines],
        "appliedPromotions": [],
        "payments": records.payments(order.payments),
        "bonusPointsInfoPerBalanceType": [],
        "totalPrice": money.shown(net(world, order)),
    }
    return {"order": in_texts(shown)}


def line(one):
    kind, _, value = (one.product or "").partition(":")
    return {
        "product": {"ids": {kind: value}},
        "basePricePerItem": money.shown(one.base),
        "priceOfLine": money.shown(one.price),
        "quantity": money.count(one.quantity),
        "status": {"ids": {"externalId": one.status}},
        "appliedPromotions": [],
    }


def listed_order(world, order):
    """An order in a list of them: here the lines have their ids."""
    lines = [
        {
            "lineId": one.id,
            "lineNumber": one.number,
            **line(one),
            "status": {
                "ids": {"externalId": one.status},
                "category": world.project.category(one.status),
            },
        }
        for one in order.lines
    ]
    return {
        "ids": {"mindboxId": order.id, **order.ids},
        "totalPrice": money.shown(net(world, order)),
        "lines": lines,
    }


def net(world, order):
    """What was told, as long as nothing was cancelled or returned since; else less."""
    if order.total is None:
        return delivered(world, order)
    everything = len(order_money.active(world.project, order)) == len(order.lines)
    summed = order_money.expected(world.project, order)
    return order.total if everything or summed is None else summed


def delivered(world, order):
    """Without a total Mindbox adds up the lines that were delivered."""
    category = world.project.category
    return sum(
        one.price or 0 for one in order.lines if category(one.status) == "delivered"
    )
