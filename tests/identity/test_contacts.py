"""A contact belongs to one customer: what people do, and what Mindbox then holds."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ..shopper import NUMBERS


def phone():
    """A phone that nobody else has, as people write it and as Mindbox keeps it."""
    number = next(NUMBERS)
    return f"+7 916 {number:07}", f"7916{number:07}"


def buy(shop, visitor, **address):
    """Buy without logging in, and return the order's number."""
    visitor.add(shop.lesson)
    visitor.give_address(**address)
    visitor.pay()
    return find_order(shop, visitor, address.get("email", visitor.email))


def find_order(shop, visitor, email):
    domain = [("partner_id.email", "=", email), ("state", "=", "sale")]
    orders = shop.rpc("sale.order", "search_read", domain, ["name", "partner_id"])
    visitor.partner_id = orders[0]["partner_id"][0]
    return orders[0]["name"]


def orders_of(known):
    """Return {number: statuses of its lines} of a customer at Mindbox."""
    return {
        order["ids"]["websiteID"]: {line["status"] for line in order["lines"]}
        for order in known["orders"]
    }


def with_phone(shop, number):
    """Somebody with an account, and a phone in it."""
    customer = shop.customer()
    customer.edit_profile(phone=number)
    return customer


def edit(shop, partner_id, **values):
    shop.rpc("res.partner", "write", [partner_id], values)


def test_an_account_holder_who_buys_logged_out_gets_order_and_contacts(
    shop, settled, at_mindbox
):
    written, digits = phone()
    customer = with_phone(shop, written)
    settled()
    order = buy(shop, shop.visitor(), email=customer.email, phone=written)
    known = at_mindbox(customer.partner_id)
    assert orders_of(known) == {order: {"Paid"}}
    assert (known["email"], known["mobilePhone"]) == (customer.email, digits)


def test_by_the_contacts_the_order_is_the_account_holders_too(
    shop, settled, at_mindbox
):
    written, digits = phone()
    customer = with_phone(shop, written)
    settled()
    shop.set(guest_orders_by="contacts")
    try:
        order = buy(shop, shop.visitor(), email=customer.email, phone=written)
        known = at_mindbox(customer.partner_id)
    finally:
        shop.set(guest_orders_by="owner")
    assert orders_of(known) == {order: {"Paid"}}
    assert (known["email"], known["mobilePhone"]) == (customer.email, digits)


def test_a_guest_with_a_strangers_phone_leaves_it_to_the_stranger(
    shop, settled, at_mindbox
):
    written, digits = phone()
    stranger = with_phone(shop, written)
    settled()
    guest = shop.visitor()
    order = buy(shop, guest, phone=written)
    known = at_mindbox(guest.partner_id)
    assert orders_of(known) == {order: {"Paid"}}
    assert (known["email"], known["mobilePhone"]) == (guest.email, None)
    assert at_mindbox(stranger.partner_id)["mobilePhone"] == digits


def test_of_two_accounts_with_one_phone_the_older_keeps_it_and_both_their_orders(
    shop, settled, at_mindbox
):
    written, digits = phone()
    older, newer = with_phone(shop, written), shop.customer()
    settled()
    newer.edit_profile(phone=written)
    settled()
    placed = {}
    for customer in (older, newer):
        customer.add(shop.lesson)
        order = shop.rpc("sale.order", "read", [customer.order()], ["name"])
        placed[customer] = order[0]["name"]
    known = {customer: at_mindbox(customer.partner_id) for customer in placed}
    assert known[older]["mobilePhone"] == digits
    assert known[newer]["mobilePhone"] is None
    for customer, order in placed.items():
        assert orders_of(known[customer]) == {order: {"Confirmed"}}


def test_who_comes_back_as_a_guest_is_one_customer_with_both_orders(
    shop, settled, at_mindbox
):
    first, again = shop.visitor(), shop.visitor()
    order = buy(shop, first)
    settled()
    shop.rpc(
        "mindbox.consent",
        "create",
        {"partner_id": first.partner_id, "channel": "email", "is_subscribed": True},
    )
    second = buy(shop, again, email=first.email)
    assert again.partner_id != first.partner_id
    known = at_mindbox(first.partner_id)
    assert orders_of(known) == {order: {"Paid"}, second: {"Paid"}}
    assert known["email"] == first.email
    assert [one["state"] for one in known["subscriptions"]] == ["subscribed"]


def test_a_guest_who_signs_up_takes_contacts_and_order_along(shop, settled, at_mindbox):
    guest = shop.visitor()
    order = buy(shop, guest)
    settled()
    account = shop.visitor()
    account.email = guest.email
    account.register()
    assert account.partner_id != guest.partner_id
    known = at_mindbox(account.partner_id)
    assert known["email"] == guest.email
    assert orders_of(known) == {order: {"Paid"}}


def test_two_accounts_do_not_pass_one_email_to_and_fro(shop, settled, at_mindbox):
    first, second = shop.customer(), shop.customer()
    settled()
    edit(shop, second.partner_id, email=first.email)
    settled()
    for customer in (first, second, first):
        edit(shop, customer.partner_id, name=f"Anna {next(NUMBERS)}")
        settled()
    assert at_mindbox(first.partner_id)["email"] == first.email
    assert at_mindbox(second.partner_id)["email"] is None


def test_a_person_keeps_the_email_that_the_company_has_too(shop, settled, at_mindbox):
    email = f"office{next(NUMBERS)}@example.com"
    company = {"name": "Office", "is_company": True, "email": email}
    company = shop.rpc("res.partner", "create", company)
    settled()
    person = {"name": "Olga", "parent_id": company, "email": email}
    person = shop.rpc("res.partner", "create", person)
    settled()
    for partner, name in ((company, "Office 2"), (person, "Olga Orlova")):
        edit(shop, partner, name=name)
        settled()
    assert at_mindbox(person)["email"] == email
    assert at_mindbox(company)["email"] is None


@pytest.mark.parametrize(
    "values", ({"phone": "+7 495 000-00-00"}, {"phone": False}, {"active": False})
)
def test_the_next_one_gets_what_the_owner_leaves(shop, settled, at_mindbox, values):
    written, digits = phone()
    names = {"phone": written, "name": "Anna"}
    owner, other = (
        shop.rpc(
            "res.partner",
            "create",
            {**names, "email": f"sharing{next(NUMBERS)}@example.com"},
        )
        for _number in range(2)
    )
    assert at_mindbox(owner)["mobilePhone"] == digits
    assert at_mindbox(other)["mobilePhone"] is None
    edit(shop, owner, **values)
    assert at_mindbox(other)["mobilePhone"] == digits


def test_of_two_who_register_at_once_with_one_phone_nobody_is_lost(
    shop, settled, at_mindbox
):
    written, digits = phone()
    customers = [shop.customer(), shop.customer()]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: one.edit_profile(phone=written), customers))
    phones = [at_mindbox(one.partner_id)["mobilePhone"] for one in customers]
    assert phones == [digits, None]


def test_the_back_office_sees_who_shares_a_contact_and_whose_it_is(shop, settled):
    written, digits = phone()
    first, second = with_phone(shop, written), with_phone(shop, written)
    settled()
    shop.rpc("mindbox.endpoint", "action_check_contacts", [shop.endpoint_id])
    domain = [("value", "=", digits)]
    names = ["partner_id", "claimant_ids", "reason"]
    [contact] = shop.rpc("mindbox.contact", "search_read", domain, names)
    assert contact["partner_id"][0] == first.partner_id
    assert set(contact["claimant_ids"]) == {first.partner_id, second.partner_id}
    names = ["mindbox_contact_notice"]
    [notice] = shop.rpc("res.partner", "read", [second.partner_id], names)
    assert first.name in notice["mindbox_contact_notice"]
