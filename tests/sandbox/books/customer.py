"""One customer: what is known, and how others call it."""

BUNDLE = ("lastName", "firstName", "middleName", "birthDate", "sex")
PLAIN = ("fullName", "timeZone", "area")
CONTACTS = {"email": "email", "mobilePhone": "phone"}
TIMELINE = 300
NOTHING = {}


class Customer:
    __slots__ = (
        "id",
        "ids",
        "email",
        "phone",
        "data",
        "custom",
        "subscriptions",
        "cards",
        "devices",
        "merged",
        "segments",
        "balances",
        "history",
        "lists",
        "orders",
        "views",
        "timeline",
        "created",
        "changed",
        "into",
        "stub",
    )

    def __init__(self, number, when):
        for slot in self.__slots__:
            setattr(self, slot, None)
        self.id, self.ids, self.data = number, {}, {}
        self.timeline = []
        self.created = self.changed = when

    def bag(self, slot, kind=dict):
        """A collection that is only made when there is something to put in."""
        found = getattr(self, slot)
        if found is None:
            found = kind()
            setattr(self, slot, found)
        return found

    def note(self, when, kind, seq=0, **data):
        self.timeline.append((when, kind, seq, data))
        if len(self.timeline) > TIMELINE:
            del self.timeline[: len(self.timeline) - TIMELINE]

    @property
    def nameless(self):
        return not (self.ids or self.email or self.phone or self.cards)

    @property
    def title(self):
        parts = (self.data.get(key) for key in ("firstName", "lastName"))
        name = " ".join(part for part in parts if part) or self.data.get("fullName")
        return name or self.email or self.phone or next(iter(self.ids.values()), None)


def survivor(customer):
    """Whom a merged-away customer has become; every old identifier leads there."""
    while customer is not None and customer.into is not None:
        customer = customer.into
    return customer


def card_number(card):
    """The number of a card reference, whatever its id is called."""
    return next(iter((card or NOTHING).get("ids", NOTHING).values()), None)
