"""What a body says about its customer: contacts, personal data, own fields.

Decisions where the documentation is silent:

* Who is given a contact of another customer is merged with him when nothing contradicts
  (a guest who signs up). Else the contact moves with a warning; where contacts are
  unique it stays, with a remark.
"""

import re

from ..contract.fields import CLEAR
from . import merging
from .customer import BUNDLE, CONTACTS, NOTHING, PLAIN, survivor

NAMES = ("lastName", "firstName", "middleName")
ALPHABETS = {"ru": re.compile("[А-яЁё][А-яЁё’'\\- ]*")}


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
        if value == CLEAR or take_contact(book, customer, key, slot, value, context):
            book.set_contact(customer, slot, value)


def take_contact(book, customer, key, slot, value, context):
    """Whether the customer may have the contact; its owner is merged, loses or keeps
    it.
    """
    owner = survivor(book.by_contact[slot].get(value))
    if owner is None or owner is customer:
        return True
    unique = context.strict.contacts == "unique"
    if not different(book, customer, owner, unique):
        merging.absorb(book, customer, owner, context.when, context.seq)
    elif unique:
        context.remark(f"/customer/{key}", f"belongs to customer {owner.id}, ignored")
        return False
    else:
        book.set_contact(owner, slot, CLEAR)
        owner.note(
            context.when, "contact_moved", context.seq, to=customer.id, field=key
        )
        context.warn(f"/customer/{key}", f"the contact moved from customer {owner.id}")
    return True


def different(book, one, other, contacts=False):
    """The identifiers of two customers contradict, or where asked their contacts."""
    if book.contradicts(other, one.ids):
        return True
    if any(other.ids.get(name, value) != value for name, value in one.ids.items()):
        return True
    return contacts and any(
        None not in (mine := getattr(one, slot), theirs := getattr(other, slot))
        and mine != theirs
        for slot in CONTACTS.values()
    )


def apply_data(book, customer, body, context, overwrite):
    given = {k: body[k] for k in BUNDLE if body.get(k) and written_as(k, body, context)}
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


def written_as(key, body, context):
    """A name in other letters than the project's stays as it was."""
    letters = ALPHABETS.get(context.project.settings["alphabet"])
    if letters is None or key not in NAMES or body[key] == CLEAR:
        return True
    if not letters.fullmatch(body[key]):
        context.remark(f"/customer/{key}", "letters of another alphabet, ignored")
        return False
    return True


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
