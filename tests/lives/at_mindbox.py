"""What Mindbox holds, in the words of :mod:`truth`."""

from collections import Counter

from ..sandbox.showing import records

CHANNELS = {"Email": "email", "Sms": "sms"}


def read_state(box):
    """Return {customer ID: what Mindbox holds of the customer}."""
    return box.on_loop(lambda: dict(_read(box.server.world)))


def _read(world):
    for customer in world.customers.all.values():
        known = records.full_customer(world, customer)
        yield (
            known["ids"].get("websiteID"),
            {
                "name": known.get("fullName") or _full_name(known),
                "email": known["email"],
                "phone": known["mobilePhone"],
                "consents": _consents(known),
                "cart": _cart(known),
                "balance": sum(one["total"] for one in known["balances"]),
                "orders": dict(map(_order, known["orders"])),
            },
        )


def _full_name(known):
    parts = (known.get(name) for name in ("firstName", "middleName", "lastName"))
    return " ".join(filter(None, parts))


def _consents(known):
    return {
        CHANNELS[one["pointOfContact"]]: one["state"] == "subscribed"
        for one in known["subscriptions"]
    }


def _cart(known):
    items = known["lists"].get("Cart", {"items": []})["items"]
    return {item["product"].split(":")[-1]: item["count"] for item in items}


def _order(order):
    quantities = Counter()
    for line in order["lines"]:
        quantities[line["status"]] += line["quantity"]
    return order["ids"]["websiteID"], (order["totalPrice"], dict(quantities))
