"""Rows of customers."""

from ..books import consents, profile
from ..contract import fields
from .support import RowError, context, known_ids, stamp

# -- customers ---
NAMES = {
    "Email": "email",
    "MobilePhone": "mobilePhone",
    "LastName": "lastName",
    "FirstName": "firstName",
    "MiddleName": "middleName",
    "FullName": "fullName",
    "Sex": "sex",
    "BirthDate": "birthDate",
    "TimeZone": "timeZone",
}


def customer_body(job, clean):
    body = {key: clean[name] for name, key in NAMES.items() if name in clean}
    body["ids"] = job.parts(clean, "id")
    body["customFields"] = job.parts(clean, "custom")
    if "Area" in clean:
        body["area"] = {"ids": {"externalId": clean["Area"]}}
    return body


def wishes(job, clean):
    if "IsSubscribed" in clean:
        yield {"isSubscribed": clean["IsSubscribed"]}
    for place in job.columns:
        if place.parts.get("channel") and place.name in clean:
            wish = {
                "pointOfContact": fields.CHANNELS[place.parts["channel"].lower()],
                "topic": place.parts["topic"] or "",
                "isSubscribed": clean[place.name],
            }
            yield wish


def customers(world, job, number, clean, create=True):
    body = customer_body(job, clean)
    ids = known_ids(world, "customer", body["ids"])
    if not (ids or body.get("email") or body.get("mobilePhone")):
        raise RowError("nothing identifies the customer")
    ctx = context(world, job, number, stamp(clean, "SourceDateTimeUtc", job))
    book = world.customers
    found = book.locate_for_change(body)
    if found is None and not create:
        raise RowError("the customer does not exist")
    customer = found or book.create(ctx.when)
    customer.stub = None
    profile.apply(book, customer, body, ctx, overwrite=True)
    consents.subscribe(customer, wishes(job, clean), ctx, may_leave=True)
    if "DiscountCard" in clean:
        bind_card(world, job, number, clean["DiscountCard"], customer, ctx.when)
    if found is None:
        customer.note(ctx.when, "imported")
    return customer


def bind_card(world, job, number, card_number, customer, when):
    if (
        world.project.strict.cards == "imported_only"
        and card_number not in world.cards.all
    ):
        return job.warn(number, f"there is no card {card_number}")
    card = world.cards.make(card_number, when)
    if world.cards.bind(card, customer, when) == "AlreadyBoundToAnotherCustomer":
        job.warn(number, f"card {card_number} belongs to another customer")
