"""Answers of operations that read: every block of data a project may return."""

from ..books import money
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


def read_customer(world, customer):
    if customer is None:
        return {"customer": {"processingStatus": "NotFound"}}
    full = records.full_customer(world, customer)
    return {
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
        "customerActions": [action(entry) for entry in customer.history or ()],
        "customerSegmentations": [
            segmentation(*pair) for pair in full["segments"].items()
        ],
    }


def read_order(world, order):
    if order is None:
        return {"order": {"processingStatus": "NotFound"}}
    return {"order": {"processingStatus": "Found", **records.order(world, order)}}


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
