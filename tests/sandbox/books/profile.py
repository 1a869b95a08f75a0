"""What a body says about its customer: contacts, personal data, own fields.

Decisions where the documentation is silent:

* Register and edit take a contact away from another customer: the two are merged when
  no identifier contradicts (a guest who signs up), else the contact moves with a
  warning.
"""

from ..contract.fields import CLEAR
from . import merging
from .customer import BUNDLE, CONTACTS, NOTHING, PLAIN, survivor


def apply(book, customer, body, context, overwrite):
    """Write the body into the customer; Changed or NotChanged."""
    before = fingerprint(customer)
    book.set_ids(customer, new_ids(customer, body, overwrite))
    apply_contacts(book, customer, body, context, overwrite)
    apply_data(book, customer, body, context, overwrite)
    apply_custom(customer, body, overwrite)
    book.touch(customer, context.when)
    return "NotChanged" if before == fingerprint(customer) else "Changed"


def fingerprint(customer):
    return (
        customer.email,
        customer.phone,
        dict(customer.ids),
        dict(customer.data),
        dict(customer.custom or NOTHING),
    )


def new_ids(customer, body, overwrite):
    ids = body.get("ids") or NOTHING
    return ids if overwrite else {k: v for k, v in ids.items() if k not in customer.ids}


def apply_contacts(book, customer, body, context, overwrite):
    for key, slot in CONTACTS.items():
        value, old = body.get(key), getattr(customer, slot)
        if not value or value == old or (old and not overwrite):
            continue
        if value != CLEAR:
            take_contact(book, customer, key, slot, value, context)
        book.set_contact(customer, slot, value)


def take_contact(book, customer, key, slot, value, context):
    owner = survivor(book.by_contact[slot].get(value))
    if owner is None or owner is customer:
        return
    if book.contradicts(owner, customer.ids) or both_named(customer, owner):
        book.set_contact(owner, slot, CLEAR)
        owner.note(
            context.when, "contact_moved", context.seq, to=customer.id, field=key
        )
        context.warn(f"/customer/{key}", f"the contact moved from customer {owner.id}")
    else:
        merging.absorb(book, customer, owner, context.when, context.seq)


def both_named(one, other):
    return any(other.ids.get(name, value) != value for name, value in one.ids.items())


def apply_data(book, customer, body, context, overwrite):
    given = {k: body[k] for k in BUNDLE if body.get(k)}
    data = customer.data
    if not overwrite:
        given = {} if contradicted(data, given) else given
    elif contradicted(data, given):
        wipe_bundle(data, given, context)
    given.update(
        {k: body[k] for k in PLAIN if body.get(k) and (overwrite or k not in data)}
    )
    for key, value in given.items():
        if value == CLEAR:
            data.pop(key, None)
        else:
            data[key] = value


def contradicted(data, given):
    """A new value of the bundle differs from a stored one: another person."""
    return any(
        value != CLEAR and data.get(key) and data[key] != value
        for key, value in given.items()
    )


def wipe_bundle(data, given, context):
    lost = [key for key in BUNDLE if key in data and key not in given]
    for key in BUNDLE:
        data.pop(key, None)
    if lost:
        context.warn(
            "/customer",
            f"bundleWiped: contradicting personal data, lost {', '.join(lost)}",
        )


def apply_custom(customer, body, overwrite):
    for key, value in (body.get("customFields") or NOTHING).items():
        custom = customer.bag("custom")
        if value == CLEAR:
            custom.pop(key, None)
        elif overwrite or key not in custom:
            custom[key] = value
