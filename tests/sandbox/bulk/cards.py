"""Rows of cards, balances and segments."""

from ..books import cards, money
from .customers import customers
from .support import RowError, known_ids, stamp

# Statuses that an import of cards and customers knows.
IN_FILES = ("Inactive", "Activated", "Blocked")


# -- cards, balances, segments ---
def card(world, job, number, clean):
    known = world.cards.all.get(clean["CardNumber"])
    if known is None and job.query.get("newCardCreationAllowed", "").lower() != "true":
        raise RowError("there is no such card, and newCardCreationAllowed is not true")
    status = clean.get("Status")
    documented = world.project.strict.rows == "documented"
    if status and status not in (IN_FILES if documented else cards.STATUSES):
        raise RowError(f"unknown card status '{status}'")
    owner = card_owner(world, job, number, clean)
    if owner and known and known.customer not in (None, owner):
        raise RowError("the card belongs to another customer")
    when = stamp(clean, "StatusChangeDateTimeUtc", job)
    stored = world.cards.make(clean["CardNumber"], when)
    stored.type = clean.get("CardType") if known is None else stored.type
    if owner:
        world.cards.bind(stored, owner, when)
    stored.status, stored.changed = status or stored.status, when


def card_owner(world, job, number, clean):
    """Whom the row names as the owner of its card, made or edited as by an import."""
    if job.parts(clean, "id") or {"Email", "MobilePhone"} & set(clean):
        return customers(world, job, number, clean)
    return None


def pool_card(world, job, number, clean):
    known = clean["Number"] in world.cards.all
    stored = world.cards.make(clean["Number"], job.at)
    if not known:
        stored.type = clean.get("Type")


def balance(world, job, number, clean):
    stored = world.cards.all.get(clean.get("DiscountCard"))
    ids = {
        name or world.project.settings["ids"]["customer"][0]: value
        for name, value in job.parts(clean, "id").items()
    }
    customer = next(filter(None, world.customers.by_ids(ids)), None)
    customer = customer or (stored.customer if stored else None)
    if customer is None:
        raise RowError("no such customer or card")
    if world.project.strict.rows == "documented":
        check_balance(customer, clean)
    expires = clean.get("ExpirationDateTimeUtc")
    change = {
        "amount": money.cents(clean["ChangeAmount"]),
        "order": None,
        "balance": clean.get("BalanceSystemName", cards.MAIN),
        "comment": clean.get("Comments") or clean.get("AdminSiteComments"),
        "expires": expires.isoformat() if expires else None,
    }
    if world.cards.change(customer, stored, change, job.at) < 0:
        job.warn(number, "the balance is below zero now")
    world.balance_changes += 1


def check_balance(customer, clean):
    """A write-off has no expiry, and does not lead below zero."""
    amount = clean["ChangeAmount"]
    if amount < 0 and "ExpirationDateTimeUtc" in clean:
        raise RowError("points that are taken have no ExpirationDateTimeUtc")
    name = clean.get("BalanceSystemName", cards.MAIN)
    before = (customer.balances or {}).get(name, 0)
    if amount < 0 and before + money.cents(amount) < 0:
        raise RowError("the balance would be below zero")


def segment_customer(world, job, clean):
    body = {"ids": job.parts(clean, "id")}
    if "CustomerMindboxId" in clean:
        body["ids"]["mindboxId"] = clean["CustomerMindboxId"]
    known_ids(world, "customer", body["ids"])
    body["email"], body["mobilePhone"] = (
        clean.get("CustomerEmail"),
        clean.get("CustomerMobilePhone"),
    )
    if "DiscountCard" in clean:
        body["discountCard"] = {"ids": {"number": clean["DiscountCard"]}}
    return world.customers.locate(body)


def segment(world, job, number, clean):
    customer = segment_customer(world, job, clean)
    if customer is None:
        raise RowError("the customer does not exist")
    key = (customer.id, clean["SegmentationExternalId"])
    if key in job.memory:
        raise RowError("the customer is in the file twice for this segmentation")
    job.memory[key] = True
    world.set_segment(customer, key[1], clean.get("SegmentExternalId"), job.at)
    world.customers.touch(customer, job.at)
