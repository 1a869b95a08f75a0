"""How an operation treats the customer of its body."""

from ..books import consents, profile
from ..books.customer import CONTACTS, card_number, survivor
from ..contract.errors import BusinessError, Invalid
from ..contract.takes import names_somebody

NOTHING = {}
# As Mindbox tells it, with the contact in it.
KNOWN_ID = (
    "Технические ID должны быть уникальны. Убедитесь, что вы не используете один и тот "
    "же ID для разных клиентов."
)
KNOWN_CONTACT = {
    "email": "Клиент с email {0} уже зарегистрирован, введите другой email или "
    "воспользуйтесь восстановлением пароля.",
    "mobilePhone": "Клиент с мобильным телефоном {0} уже зарегистрирован, введите "
    "другой мобильный телефон или воспользуйтесь восстановлением пароля.",
}
NO_CONTACT = "Заполните хотя бы один контакт."


def identified(ctx):
    """The customer a body or a device leads to, or None."""
    if names_somebody(ctx.body):
        return ctx.book.locate(ctx.body["customer"])
    return ctx.book.of_device(ctx.device)


def named(ctx):
    """The existing customer; async calls may make a stub by id, a device makes a
    visitor.
    """
    customer = identified(ctx)
    if customer is None:
        customer = stub(ctx)
    ctx.welcome(customer)
    return customer


def stub(ctx):
    """A customer with nothing but the id, so that what is told of him is not lost."""
    part = ctx.body.get("customer") or NOTHING
    ids = {
        k: v for k, v in part.get("ids", NOTHING).items() if k.lower() != "mindboxid"
    }
    if not part and ctx.device:
        return ctx.book.create(ctx.when)
    if not part:
        raise BusinessError("The call names no customer")
    if ctx.call.mode == "sync" or not ids:
        raise BusinessError("Customer not found")
    customer = ctx.book.create(ctx.when)
    customer.stub = True
    ctx.book.set_ids(customer, ids)
    customer.note(ctx.when, "stub", ctx.seq)
    return customer


def register_customer(ctx):
    """Creates; whoever is known already is an error, or edited. A stub is filled."""
    part = ctx.body["customer"]
    check_contact(ctx, part)
    known = next(filter(None, ctx.book.by_ids(part.get("ids"))), None)
    if known and not known.stub:
        return registered_already(ctx, part)
    refuse_known_contact(ctx, part, known)
    customer = known or ctx.book.create(ctx.when)
    ctx.book.set_ids(customer, part.get("ids"))
    return written(ctx, customer, part, overwrite=True, state="Created")


def check_contact(ctx, part):
    """A device alone makes no customer."""
    if ctx.strict.identity == "required" and not names_somebody(ctx.body):
        raise Invalid(NO_CONTACT)


def registered_already(ctx, part):
    if ctx.strict.registration == "edits":
        return edit_customer(ctx)
    if ctx.strict.registration == "validation_error":
        raise Invalid(KNOWN_ID, f"/customer/ids/{next(iter(part['ids']))}")
    raise BusinessError("A customer with this identifier is registered already")


def refuse_known_contact(ctx, part, customer):
    """Contacts of somebody with an account cannot be registered a second time."""
    if ctx.strict.registration != "validation_error":
        return
    for key, slot in CONTACTS.items():
        owner = survivor(ctx.book.by_contact[slot].get(part.get(key)))
        if owner and owner is not customer and owner.ids:
            raise Invalid(KNOWN_CONTACT[key].format(part[key]), f"/customer/{key}")


def edit_customer(ctx):
    """Overwrites; where the customer does not exist nothing happens, with Success."""
    part = ctx.body["customer"]
    customer = ctx.book.locate_for_change(part)
    if customer is None and ctx.strict.edits == "imports":
        return register_customer(ctx)
    if customer is None:
        ctx.call.effect = False
        ctx.warn("/customer", "customerNotFound: nothing was changed")
        return None
    if ctx.fresh(("customer", customer.id)):
        return written(ctx, customer, part, overwrite=True)
    return customer


def import_customer(ctx):
    """Created or updated by its id, as the step "Import" does."""
    known = ctx.book.locate_for_change(ctx.body["customer"])
    return edit_customer(ctx) if known else register_customer(ctx)


def complement_customer(ctx):
    """Guests: registered or complemented, never overwritten."""
    part = ctx.body.get("customer") or NOTHING
    customer = identified(ctx)
    if customer is None:
        check_contact(ctx, part)
    if customer is None and not (part or ctx.device):
        raise BusinessError("The call names no customer")
    state = None if customer else "Created"
    customer = customer or ctx.book.create(ctx.when)
    return written(ctx, customer, part, overwrite=False, state=state)


def written(ctx, customer, part, overwrite, state=None):
    changed = profile.apply(ctx.book, customer, part, ctx, overwrite)
    customer.stub = None
    ctx.status = state or changed
    bind_card(ctx, customer, card_number(part.get("discountCard")))
    consents.subscribe(
        customer, part.get("subscriptions"), ctx, ctx.operation.step == "edit"
    )
    ctx.welcome(customer)
    return customer


def bind_card(ctx, customer, number):
    """The card a body names beside its customer."""
    cards = ctx.world.cards
    if number and (number in cards.all or ctx.strict.cards == "made"):
        cards.bind(cards.make(number, ctx.when), customer, ctx.when, ctx.seq)
    elif number:
        ctx.remark("/customer/discountCard", "no such card, ignored")


POLICIES = {
    "register": register_customer,
    "edit": edit_customer,
    "import": import_customer,
    "complement": complement_customer,
    "existing": named,
    "find": identified,
    "none": lambda ctx: None,
}


def customer_of(ctx, required=True):
    """The customer by the operation's policy; some steps get along without one."""
    if not required and not ctx.body.get("customer") and not ctx.device:
        return None
    return POLICIES[ctx.operation.customer](ctx)


def answer_customer(ctx, customer):
    if customer is None:
        return {"customer": {"processingStatus": "NotFound"}}
    ids = {"mindboxId": customer.id, **customer.ids}
    return {"customer": {"processingStatus": ctx.status, "ids": ids}}
