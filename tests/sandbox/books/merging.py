"""Two customers become one; the winner has priority."""

from .customer import BUNDLE, CONTACTS, NOTHING

STRENGTH = {"unsubscribed": 0, "waiting": 1, "subscribed": 2}


def absorb(book, winner, loser, when, seq=0):
    """Two are one from now on; the winner has priority."""
    if winner is loser:
        return
    inherit_identity(book, winner, loser)
    inherit_data(winner, loser)
    for name, amount in (loser.balances or NOTHING).items():
        balances = winner.bag("balances")
        balances[name] = balances.get(name, 0) + amount
    for slot in ("history", "orders"):
        if getattr(loser, slot):
            winner.bag(slot, list).extend(getattr(loser, slot))
    for order in loser.orders or ():
        order.customer = winner
    winner.timeline = sorted([*loser.timeline, *winner.timeline], key=lambda e: e[0])
    winner.views = (winner.views or 0) + (loser.views or 0) or None
    winner.bag("merged", list).extend([loser.id, *(loser.merged or ())])
    book.all.pop(loser.id, None)
    if not loser.nameless:
        winner.note(when, "merged", seq, other=loser.id)


def inherit_identity(book, winner, loser):
    loser.into = winner
    for name, value in loser.ids.items():
        winner.ids.setdefault(name, value)
    for slot in CONTACTS.values():
        contact = getattr(loser, slot)
        if contact and book.by_contact[slot].get(contact) is loser:
            # Where the winner has another one, it is nobody's from now on.
            del book.by_contact[slot][contact]
            if not getattr(winner, slot):
                book.set_contact(winner, slot, contact)
    for number in loser.cards or ():
        book.cards.all[number].customer = winner
        winner.bag("cards", list).append(number)
    for device in loser.devices or ():
        winner.bag("devices", set).add(device)


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
