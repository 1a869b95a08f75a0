"""Cards of loyalty and gifts, and consents: what has to be there before it counts."""

import pytest

from .back_office import BackOffice, Order

FILE = "DirectCrm.Customers.ImportCards"
ISSUE = "Website.IssueDiscountCard"


@pytest.fixture
def office(shop, wait_until):
    return BackOffice(shop, wait_until)


def settled(shop, wait_until):
    wait_until(shop.settled, seconds=60)
    shop.sandbox.settle()


def at_mindbox(shop, partner):
    return shop.sandbox.control("GET", f"customers/websiteID:{partner}")


# -- loyalty cards ---
def test_a_new_card_is_made_by_a_file_and_then_issued(shop, wait_until):
    customer = shop.customer()
    program = {"name": "New cards", "program_type": "loyalty"}
    program = shop.rpc("loyalty.program", "create", program)
    values = {"program_id": program, "partner_id": customer.partner_id, "points": 30}
    card = shop.rpc("loyalty.card", "create", values)
    [card] = shop.rpc("loyalty.card", "read", [card], ["code"])
    settled(shop, wait_until)
    [held] = at_mindbox(shop, customer.partner_id)["cards"]
    assert (held["number"], held["status"]) == (card["code"], "Activated")
    [balance] = at_mindbox(shop, customer.partner_id)["balances"]
    assert balance["total"] == 30
    check_way_of_card(shop, customer, card["code"])


def check_way_of_card(shop, customer, code):
    """Mindbox knew no such number; a file has made it, and it was issued after that."""
    steps = [
        (call["operation"], call["effect"])
        for call in shop.calls()
        if code in str(call["body"])
    ]
    assert steps[0] == (ISSUE, False)
    assert steps[-1] == (ISSUE, True)
    assert (FILE, True) in steps
    [file] = [c for c in shop.calls(operation=FILE) if code in str(c["body"])]
    [row] = [line for line in file["body"].splitlines() if code in line]
    assert row.split(";")[0] == str(customer.partner_id), "with its owner"


# -- gift cards ---
@pytest.fixture
def gifts(shop):
    """A gift card of 100 that can be bought, and the program it belongs to."""
    voucher = shop.make_product("Voucher", type="service")
    rule = {"reward_point_mode": "money", "reward_point_amount": 1}
    rule |= {"reward_point_split": True, "product_ids": [(6, 0, [voucher["id"]])]}
    reward = {"reward_type": "discount", "discount": 1, "required_points": 1}
    reward |= {"discount_mode": "per_point", "discount_applicability": "order"}
    program = {
        "name": "Gift cards",
        "program_type": "gift_card",
        "applies_on": "future",
        "trigger": "auto",
        "rule_ids": [(0, 0, rule)],
        "reward_ids": [(0, 0, reward)],
    }
    voucher["program"] = shop.rpc("loyalty.program", "create", program)
    return voucher


def find_order(office, buyer):
    domain = [("partner_id.email", "=", buyer.email)]
    [order] = office.rpc("sale.order", "search", domain)
    office.wait_until(lambda: office.is_confirmed(order), seconds=30)
    return Order(office, order)


def test_a_gift_card_is_sold_in_an_order_and_spent_as_a_payment(office, shop, gifts):
    giver, friend = shop.visitor(), shop.visitor()
    giver.add(gifts)
    giver.give_address()
    giver.pay()
    sold = find_order(office, giver)
    sold.comes_to(100, {"Paid": 1})
    domain = [("program_id", "=", gifts["program"])]
    [card] = shop.rpc("loyalty.card", "search_read", domain, ["code"])
    assert number_of_gift(shop, sold) == card["code"]

    friend.add(shop.lesson, 2)
    friend.give_address()
    friend.open(f"/shop/pricelist?promo={card['code']}")
    friend.pay()
    spent = find_order(office, friend)
    assert spent.read("amount_total") == 100
    spent.comes_to(200, {"Paid": 2})
    [payment] = spent.at_mindbox()["payments"]
    assert (payment["type"], payment["amount"]) == ("giftCard", 100)
    assert not [call for call in shop.calls(operation=ISSUE) if is_of(call, card)]


def number_of_gift(shop, order):
    """Return the number that Mindbox was told of the gift card in an order."""
    told = [
        line["giftCard"]["ids"]["number"]
        for call in shop.calls()
        if call["operation"].endswith("Order") and order.name in str(call["body"])
        for line in call["body"]["order"]["lines"]
        if "giftCard" in line and call["effect"]
    ]
    return told[-1]


def is_of(call, card):
    return card["code"] in str(call["body"])


# -- consents ---
def test_a_consent_waits_till_its_customer_of_the_back_office_is_known(
    shop, wait_until
):
    shop.sandbox.fault(kind="503", operation="Website.RegisterCustomer")
    values = {"name": "Olga Orlova", "email": "olga.orlova@example.com"}
    partner = shop.rpc("res.partner", "create", values)
    decision = {"partner_id": partner, "channel": "email", "is_subscribed": True}
    shop.rpc("mindbox.consent", "create", decision)
    tried = [("partner_id", "=", partner), ("attempts", ">", 1)]
    wait_until(lambda: shop.rows(domain=tried), seconds=30)
    ids = {"websiteID": str(partner)}
    assert not [
        call
        for call in shop.calls(operation="Website.SubscribeCustomer")
        if call["body"]["customer"].get("ids") == ids
    ]
    shop.sandbox.heal()
    shop.start()
    settled(shop, wait_until)
    known = at_mindbox(shop, partner)
    assert (known["fullName"], known["email"]) == (values["name"], values["email"])
    [consent] = known["subscriptions"]
    assert (consent["pointOfContact"], consent["state"]) == ("Email", "subscribed")
