"""One order and its lines."""

HISTORY = 300
NOTHING = {}


class Line:
    __slots__ = (
        "id",
        "number",
        "product",
        "quantity",
        "base",
        "price",
        "status",
        "when",
        "more",
    )

    def __init__(self, **values):
        for slot in self.__slots__:
            setattr(self, slot, values.get(slot))

    def copy(self, **changed):
        return Line(
            **{**{slot: getattr(self, slot) for slot in self.__slots__}, **changed}
        )


class Order:
    __slots__ = (
        "id",
        "ids",
        "customer",
        "lines",
        "total",
        "delivery",
        "email",
        "phone",
        "payments",
        "returned",
        "discounts",
        "custom",
        "point",
        "history",
        "created",
        "changed",
        "warnings",
    )

    def __init__(self, number, when):
        for slot in self.__slots__:
            setattr(self, slot, None)
        self.id, self.ids, self.lines = number, {}, []
        self.created = self.changed = when
        self.history = []

    @property
    def key(self):
        return next(iter(self.ids.values()), str(self.id))

    def note(self, when, kind, seq=0, **data):
        self.history.append((when, kind, seq, data))
        del self.history[:-HISTORY]


def product_key(part):
    """`website:SKU-1` of an item, line or view; groups are marked."""
    for kind, mark in (("product", ""), ("productGroup", "group ")):
        ids = (part.get(kind) or NOTHING).get("ids")
        if ids:
            name, value = next(iter(ids.items()))
            return f"{mark}{name}:{value}"
    return None
