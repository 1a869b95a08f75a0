"""Discount cards and bonus balances.

Decisions: an unknown card is made when it is issued (setting `new_cards_allowed`), else
it is NotFound. A balance belongs to the customer; a change that names a card also
counts on the card. A balance below zero is kept and noted. The order of a change may
stand beside `balanceChanges` (`order.ids`) or inside each change.
"""

from ..contract.errors import BusinessError
from . import money

STATUSES = ("NotIssued", "Issued", "Inactive", "Activated", "Blocked")
HISTORY = 1000
MAIN = "Main"


class Card:
    __slots__ = (
        "number",
        "status",
        "type",
        "customer",
        "balance",
        "history",
        "changed",
    )

    def __init__(self, number, when):
        self.number, self.changed = number, when
        self.status, self.type, self.customer = "NotIssued", None, None
        self.balance, self.history = 0, None


class CardBook:
    def __init__(self):
        self.all = {}

    def owner(self, number):
        card = self.all.get(number)
        return card.customer if card else None

    def make(self, number, when):
        card = self.all.get(number)
        if card is None:
            card = self.all[number] = Card(number, when)
        return card

    def bind(self, card, customer, when, seq=0):
        """Attach a card: Bound or AlreadyBoundTo…; another's card stays where it is."""
        if card.customer is customer:
            return "AlreadyBoundToCurrentCustomer"
        if card.customer is not None:
            return "AlreadyBoundToAnotherCustomer"
        card.customer, card.changed = customer, when
        if card.status == "NotIssued":
            card.status = "Activated"
        customer.bag("cards", list).append(card.number)
        customer.note(when, "card", seq, card=card.number)
        return "Bound"

    @staticmethod
    def change(customer, card, change, when, seq=0):
        """Book one balance change; the new balance in cents."""
        amount, name = change["amount"], change["balance"]
        balances = customer.bag("balances")
        balances[name] = balances.get(name, 0) + amount
        entry = {
            **change,
            "at": when,
            "seq": seq,
            "after": balances[name],
            "card": card.number if card else None,
        }
        for owner in filter(None, (customer, card)):
            history = (
                owner.bag("history", list) if owner is customer else card_history(card)
            )
            history.append(entry)
            del history[:-HISTORY]
        if card:
            card.balance, card.changed = card.balance + amount, when
        customer.note(
            when,
            "balance",
            seq,
            amount=money.shown(amount),
            order=change["order"],
            comment=change["comment"],
            after=money.shown(balances[name]),
        )
        return balances[name]


def card_history(card):
    if card.history is None:
        card.history = []
    return card.history


def balance_change(part, order):
    """A change of the body in the book's own words."""
    if "changeAmount" not in part:
        raise BusinessError("A balance change needs a changeAmount")
    expires = part.get("expirationDateTimeUtc")
    return {
        "amount": money.cents(part["changeAmount"]),
        "balance": part.get("balanceType", {}).get("ids", {}).get("systemName", MAIN),
        "comment": part.get("comment"),
        "order": next(
            iter((part.get("order") or order or {}).get("ids", {}).values()), None
        ),
        "expires": expires.isoformat() if expires else None,
    }


def shown_entry(entry):
    return {
        **entry,
        "amount": money.shown(entry["amount"]),
        "after": money.shown(entry["after"]),
    }
