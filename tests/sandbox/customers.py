"""Customers: who is who, what may be overwritten, consents, merges (contract §3.1,
§3.2).

Decisions where the contract is silent:

* Identifiers (ids, mindboxId, card) are looked up before contacts. Steps that only need
  to know the customer fail as ambiguous when any two of what the body names lead to
  different customers.
* Register and edit take a contact away from another customer: the two are merged when
  no identifier contradicts (a guest who signs up), else the contact moves with a
  warning.
* An unknown mindboxId finds nobody. Identifiers of a merged-away customer lead to the
  survivor.
* A device belongs to the last customer seen with it; a nameless one is merged into that
  customer.
* A decision about a subscription older than the stored one is stale and changes
  nothing.
"""

from itertools import count

from .contract import BusinessError
from .fields import CHANNELS, CLEAR

BUNDLE = ("lastName", "firstName", "middleName", "birthDate", "sex")
PLAIN = ("fullName", "timeZone", "area")
CONTACTS = {"email": "email", "mobilePhone": "phone"}
STRENGTH = {"unsubscribed": 0, "waiting": 1, "subscribed": 2}
TIMELINE = 300
NOTHING = {}


class Ambiguous(BusinessError):
    def __init__(self):
        super().__init__("The customer cannot be determined unambiguously")


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


class CustomerBook:
    def __init__(self, cards):
        self.cards = cards
        self.number = count(1001)
        self.all = {}
        self.by_number = {}
        self.by_id = {}
        self.by_contact = {"email": {}, "phone": {}}
        self.by_device = {}

    # -- finding ---
    def by_ids(self, ids):
        for name, value in (ids or NOTHING).items():
            if name.lower() == "mindboxid":
                yield survivor(self.by_number.get(value))
            else:
                yield survivor(self.by_id.get((name.lower(), value)))

    def strong(self, body):
        """Customers the identifiers and the card lead to."""
        found = {c.id: c for c in self.by_ids(body.get("ids")) if c}
        number = card_number(body.get("discountCard"))
        owner = self.cards.owner(number) if number else None
        if owner:
            found[owner.id] = owner
        return found

    def weak(self, body):
        """Customers the contacts lead to."""
        found = {}
        for key, slot in CONTACTS.items():
            owner = survivor(self.by_contact[slot].get(body.get(key)))
            if owner:
                found[owner.id] = owner
        return found

    def locate(self, body):
        """The one customer this body names, None, or ambiguous."""
        found = {**self.strong(body), **self.weak(body)}
        if len(found) > 1:
            raise Ambiguous
        one = next(iter(found.values()), None)
        return one if one and not self.contradicts(one, body.get("ids")) else None

    def locate_for_change(self, body):
        """As `locate`, but contacts of others do not disturb: a change may move
        them.
        """
        strong = self.strong(body)
        if len(strong) > 1:
            raise Ambiguous
        if strong:
            return next(iter(strong.values()))
        return self.locate(body)

    def contradicts(self, customer, ids):
        """The customer has another value of the same identifier (and was not merged
        into).
        """
        for name, value in (ids or NOTHING).items():
            known = self.by_id.get((name.lower(), value))
            if known is None and name in customer.ids and customer.ids[name] != value:
                return True
        return False

    # -- making ---
    def create(self, when):
        customer = Customer(next(self.number), when)
        self.all[customer.id] = customer
        self.by_number[str(customer.id)] = customer
        return customer

    def touch(self, customer, when):
        """Changed now: to the end of the book, which is shown from its end."""
        customer.changed = max(customer.changed, when)
        if self.all.pop(customer.id, None):
            self.all[customer.id] = customer

    def set_ids(self, customer, ids):
        for name, value in (ids or NOTHING).items():
            if name.lower() == "mindboxid":
                continue
            if value == CLEAR:
                old = customer.ids.pop(name, None)
                self.by_id.pop((name.lower(), old), None)
            else:
                customer.ids[name] = value
                self.by_id[name.lower(), value] = customer

    def set_contact(self, customer, slot, value):
        index = self.by_contact[slot]
        old = getattr(customer, slot)
        if old and index.get(old) is customer:
            del index[old]
        setattr(customer, slot, None if value == CLEAR else value)
        if value and value != CLEAR:
            index[value] = customer

    def of_device(self, device):
        return survivor(self.by_device.get(device))

    def set_device(self, customer, device, when):
        owner = self.of_device(device)
        if owner is customer:
            return
        if owner and owner.nameless:
            self.absorb(customer, owner, when)
        self.by_device[device] = customer
        customer.bag("devices", set).add(device)

    # -- what a body says about its customer ---
    def apply(self, customer, body, context, overwrite):
        """Write the body into the customer; Changed or NotChanged."""
        before = self.fingerprint(customer)
        self.set_ids(customer, self.new_ids(customer, body, overwrite))
        self.apply_contacts(customer, body, context, overwrite)
        self.apply_data(customer, body, context, overwrite)
        self.apply_custom(customer, body, overwrite)
        self.touch(customer, context.when)
        return "NotChanged" if before == self.fingerprint(customer) else "Changed"

    @staticmethod
    def fingerprint(customer):
        return (
            customer.email,
            customer.phone,
            dict(customer.ids),
            dict(customer.data),
            dict(customer.custom or NOTHING),
        )

    @staticmethod
    def new_ids(customer, body, overwrite):
        ids = body.get("ids") or NOTHING
        return (
            ids
            if overwrite
            else {k: v for k, v in ids.items() if k not in customer.ids}
        )

    def apply_contacts(self, customer, body, context, overwrite):
        for key, slot in CONTACTS.items():
            value, old = body.get(key), getattr(customer, slot)
            if not value or value == old or (old and not overwrite):
                continue
            if value != CLEAR:
                self.take_contact(customer, key, slot, value, context)
            self.set_contact(customer, slot, value)

    def take_contact(self, customer, key, slot, value, context):
        owner = survivor(self.by_contact[slot].get(value))
        if owner is None or owner is customer:
            return
        if self.contradicts(owner, customer.ids) or self.both_named(customer, owner):
            self.set_contact(owner, slot, CLEAR)
            owner.note(
                context.when, "contact_moved", context.seq, to=customer.id, field=key
            )
            context.warn(
                f"/customer/{key}", f"the contact moved from customer {owner.id}"
            )
        else:
            self.absorb(customer, owner, context.when, context.seq)

    @staticmethod
    def both_named(one, other):
        return any(
            other.ids.get(name, value) != value for name, value in one.ids.items()
        )

    def apply_data(self, customer, body, context, overwrite):
        given = {k: body[k] for k in BUNDLE if body.get(k)}
        data = customer.data
        if not overwrite:
            given = {} if self.contradicted(data, given) else given
        elif self.contradicted(data, given):
            self.wipe_bundle(data, given, context)
        given.update(
            {k: body[k] for k in PLAIN if body.get(k) and (overwrite or k not in data)}
        )
        for key, value in given.items():
            if value == CLEAR:
                data.pop(key, None)
            else:
                data[key] = value

    @staticmethod
    def contradicted(data, given):
        """A new value of the bundle differs from a stored one: another person
        (§3.2).
        """
        return any(
            value != CLEAR and data.get(key) and data[key] != value
            for key, value in given.items()
        )

    @staticmethod
    def wipe_bundle(data, given, context):
        lost = [key for key in BUNDLE if key in data and key not in given]
        for key in BUNDLE:
            data.pop(key, None)
        if lost:
            context.warn(
                "/customer",
                f"bundleWiped: contradicting personal data, lost {', '.join(lost)}",
            )

    @staticmethod
    def apply_custom(customer, body, overwrite):
        for key, value in (body.get("customFields") or NOTHING).items():
            custom = customer.bag("custom")
            if value == CLEAR:
                custom.pop(key, None)
            elif overwrite or key not in custom:
                custom[key] = value

    # -- subscriptions ---
    def subscribe(self, customer, wishes, context, may_leave):
        """Apply consents; only the edit step can withdraw one (§3.1)."""
        for place, wish in enumerate(wishes or ()):
            wanted = wish.get("isSubscribed", True)
            if not wanted and not may_leave:
                context.warn(
                    f"/customer/subscriptions/{place}/isSubscribed",
                    "cannotUnsubscribe: this step only subscribes, ignored",
                )
                continue
            state = "subscribed" if wanted else "unsubscribed"
            given = wish.get("pointOfContact")
            for channel in [given] if given else CHANNELS.values():
                self.decide(
                    customer,
                    (wish.get("brand", ""), channel, wish.get("topic", "")),
                    state,
                    context,
                )

    def decide(self, customer, key, state, context):
        stored = customer.bag("subscriptions")
        old, when = stored.get(key, (None, 0))
        if context.when < when:
            context.call.stale = True
            return
        if old == state == "subscribed":
            return
        stored[key] = (state, context.when)
        brand, channel, topic = key
        if not topic:
            for other in [k for k in stored if k[:2] == (brand, channel) and k[2]]:
                stored[other] = (state, context.when)
        customer.note(
            context.when, state, context.seq, channel=channel, topic=topic, brand=brand
        )

    # -- merging ---
    def absorb(self, winner, loser, when, seq=0):
        """Two are one from now on; the winner has priority (§3.2)."""
        if winner is loser:
            return
        self.inherit_identity(winner, loser)
        self.inherit_data(winner, loser)
        for name, amount in (loser.balances or NOTHING).items():
            balances = winner.bag("balances")
            balances[name] = balances.get(name, 0) + amount
        for slot in ("history", "orders"):
            if getattr(loser, slot):
                winner.bag(slot, list).extend(getattr(loser, slot))
        for order in loser.orders or ():
            order.customer = winner
        winner.timeline = sorted(
            [*loser.timeline, *winner.timeline], key=lambda e: e[0]
        )
        winner.views = (winner.views or 0) + (loser.views or 0) or None
        winner.bag("merged", list).extend([loser.id, *(loser.merged or ())])
        self.all.pop(loser.id, None)
        if not loser.nameless:
            winner.note(when, "merged", seq, other=loser.id)

    def inherit_identity(self, winner, loser):
        loser.into = winner
        for name, value in loser.ids.items():
            winner.ids.setdefault(name, value)
        for slot in CONTACTS.values():
            if not getattr(winner, slot):
                setattr(winner, slot, getattr(loser, slot))
        for number in loser.cards or ():
            self.cards.all[number].customer = winner
            winner.bag("cards", list).append(number)
        for device in loser.devices or ():
            winner.bag("devices", set).add(device)

    @staticmethod
    def inherit_data(winner, loser):
        """The personal bundle is taken whole; the rest fills gaps; consents take the
        strongest.
        """
        kept = {k: v for k, v in loser.data.items() if k not in BUNDLE}
        if not any(key in winner.data for key in BUNDLE):
            kept = loser.data
        winner.data = {**kept, **winner.data}
        for slot in ("custom", "segments", "lists"):
            if getattr(loser, slot):
                setattr(
                    winner,
                    slot,
                    {**getattr(loser, slot), **(getattr(winner, slot) or NOTHING)},
                )
        for key, (state, when) in (loser.subscriptions or NOTHING).items():
            mine = winner.bag("subscriptions")
            if STRENGTH[state] > STRENGTH.get(mine.get(key, (None, 0))[0], -1):
                mine[key] = (state, when)


def card_number(card):
    """The number of a card reference, whatever its id is called."""
    return next(iter((card or NOTHING).get("ids", NOTHING).values()), None)
