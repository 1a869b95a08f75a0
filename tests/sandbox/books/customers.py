"""The book of customers: who is who.

Decisions where the documentation is silent:

* Identifiers (ids, mindboxId, card) are looked up before contacts. Steps that only need
  to know the customer fail as ambiguous when any two of what the body names lead to
  different customers.
* An unknown mindboxId finds nobody. Identifiers of a merged-away customer lead to the
  survivor.
* A device belongs to the last customer seen with it; a nameless one is merged into that
  customer.
"""

from itertools import count

from ..contract.errors import BusinessError
from ..contract.fields import CLEAR
from . import merging
from .customer import CONTACTS, NOTHING, Customer, card_number, survivor


class Ambiguous(BusinessError):
    def __init__(self):
        super().__init__("The customer cannot be determined unambiguously")


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
            merging.absorb(self, customer, owner, when)
        self.by_device[device] = customer
        customer.bag("devices", set).add(device)
