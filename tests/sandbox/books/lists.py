"""Product lists, views and the products they name."""

from ..contract.errors import BusinessError
from . import money
from .order import product_key

PRICES = ("pricePerItem", "priceOfLine", "price")


class ProductList:
    __slots__ = ("items", "when")

    def __init__(self):
        self.items, self.when = {}, 0


def item(part, place, warn):
    """(key, stored item) of an item of a list; what is odd about it is noted."""
    key = product_key(part)
    if key is None or ("product" in part and "productGroup" in part):
        raise BusinessError(f"{place}: an item has either a product or a productGroup")
    given = [name for name in PRICES if name in part]
    if len(given) > 1:
        warn(place, "an item has one price: pricePerItem or priceOfLine")
    if part.get("count", 1) == 0:
        warn(f"{place}/count", "an item of none")
    price = money.cents(part[given[0]]) if given else None
    return key, {
        "count": money.milli(part.get("count", 1)),
        "price": price,
        "per": "line" if given == ["priceOfLine"] else "item",
    }


def items(parts, warn):
    found = {}
    for place, part in enumerate(parts):
        key, stored = item(part, f"/productList/{place}", warn)
        if key in found:
            warn(
                f"/productList/{place}",
                f"{key} is in the list twice, the last one counts",
            )
        found[key] = stored
    return found


def shown_items(product_list):
    return [
        {
            "product": key,
            "count": money.count(one["count"]),
            "price": money.shown(one["price"]),
            "per": one["per"],
        }
        for key, one in product_list.items.items()
    ]


class ProductBook:
    """Products seen in calls; what the project has not saved itself is an unknown
    product.
    """

    def __init__(self, limit=500_000):
        self.all = {}
        self.limit = limit

    def see(self, key):
        if key and key not in self.all and len(self.all) < self.limit:
            self.all[key] = {}

    def save(self, key, part):
        self.all[key] = {
            k: part[k]
            for k in ("name", "price", "oldPrice", "isAvailable")
            if k in part
        }
