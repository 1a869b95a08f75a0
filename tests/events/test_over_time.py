"""Orders and cards over time: what has happened before, and what then came of it.

Mindbox is strict here: calls are executed later and in another order, cards are made by
files only, and a contact belongs to one customer.
"""

import pytest

from ..shopper import PASSWORD
from .back_office import BackOffice, Order

# Seconds that are longer than any execution takes; points that an order earns.
SETTLE, EARNED = 3, 90


@pytest.fixture(scope="module", autouse=True)
def strict(shop):
    before = shop.sandbox.control("GET", "settings")["strictness"]
    seconds = shop.get("settle_seconds")
    shop.sandbox.control("PUT", "settings", {"strictness": "strict"})
    shop.set(settle_seconds=SETTLE)
    yield
    shop.set(settle_seconds=seconds)
    shop.sandbox.control("PUT", "settings", {"strictness": before})


@pytest.fixture
def office(shop, wait_until):
    return BackOffice(shop, wait_until)


@pytest.fixture
def at_mindbox(shop, wait_until):
    """Return what Mindbox holds of a customer in the end."""

    def look(partner_id):
        wait_until(shop.settled, seconds=90)
        shop.sandbox.settle()
        return shop.sandbox.control("GET", f"customers/websiteID:{partner_id}")

    return look


@pytest.fixture
def balance(shop, at_mindbox):
    """Return the balance of a customer at Mindbox; Odoo's cards have the same."""

    def look(customer):
        known = at_mindbox(customer.partner_id)
        total = sum(one["total"] for one in known["balances"])
        mine = [("partner_id", "=", customer.partner_id)]
        cards = shop.rpc("loyalty.card", "search_read", mine, ["points"])
        assert total == sum(card["points"] for card in cards)
        return total

    return look


@pytest.fixture
def program(shop):
    """A program that gives points for money, and a lesson for a hundred of them.

    It leaves with the test: others count on the prices of their own.
    """
    rule = {"reward_point_amount": EARNED, "reward_point_mode": "order"}
    reward = {
        **{"reward_type": "discount", "discount": 50},
        "discount_mode": "per_order",
        "discount_applicability": "order",
        "required_points": 100,
    }
    values = {
        "name": "Bonus",
        "program_type": "loyalty",
        "applies_on": "both",
        "trigger": "auto",
        "rule_ids": [(5,), (0, 0, rule)],
        "reward_ids": [(5,), (0, 0, reward)],
    }
    program = shop.rpc("loyalty.program", "create", values)
    yield program
    shop.rpc("loyalty.program", "write", [program], {"active": False})


def draft(shop, customer, quantity=1):
    """A quotation of the back office."""
    line = {"product_id": shop.lesson["id"], "product_uom_qty": quantity}
    values = {"partner_id": customer.partner_id, "order_line": [(0, 0, line)]}
    return shop.rpc("sale.order", "create", values)


def buy(office, customer, quantity=1):
    order = draft(office.shop, customer, quantity)
    office.rpc("sale.order", "action_confirm", [order])
    return Order(office, order)


def claim(shop, order):
    """Claim the one reward there is, as its button does."""
    shop.rpc("sale.order", "action_open_reward_wizard", [order])


def give_card(shop, customer, program, points):
    values = {"program_id": program, "points": points}
    values["partner_id"] = customer.partner_id
    return shop.rpc("loyalty.card", "create", values)


def changes(known):
    """Return the sorted (amount, number of the order) of what has moved a balance."""
    return sorted(
        (entry["amount"], entry["order"] or entry["comment"].split(": ")[-1])
        for entry in known["history"]
    )


# === ORDERS === #


@pytest.mark.parametrize("style", ["string", "object", "none"])
def test_what_is_cancelled_changed_and_confirmed_again_is_what_it_is_now(office, style):
    with office.line_status(style):
        order = office.place(2, product=office.shop.lesson)
        order.comes_to(200, {"Confirmed": 2})
        order.cancel()
        # Where lines carry no status, the total is there before it.
        order.holds(0, {"Cancelled": 2})
        office.rpc("sale.order", "action_draft", [order.id])
        [line] = office.rpc("sale.order.line", "search", [("order_id", "=", order.id)])
        office.rpc("sale.order.line", "write", [line], {"product_uom_qty": 5})
        order.settles()
        office.rpc("sale.order", "action_confirm", [order.id])
        order.holds(500, {"Confirmed": 5})


def test_goods_of_an_order_that_is_confirmed_again_can_be_shipped(office):
    order = office.place(2)
    order.cancel()
    office.rpc("sale.order", "action_draft", [order.id])
    order.add(office.shop.lamp)
    office.rpc("sale.order", "action_confirm", [order.id])
    order.comes_to(300, {"Confirmed": 3})
    [picking] = order.pickings(("state", "not in", ("done", "cancel")))
    moves = office.rpc("stock.move", "search", [("picking_id", "=", picking)])
    for move in office.rpc("stock.move", "read", moves, ["product_uom_qty"]):
        shipped = {"quantity": move["product_uom_qty"], "picked": True}
        office.rpc("stock.move", "write", [move["id"]], shipped)
    office.rpc("stock.picking", "button_validate", [picking])
    order.comes_to(300, {"Delivered": 3})


# === POINTS === #


def test_the_points_of_a_first_order_that_is_cancelled_go(
    shop, office, program, balance
):
    customer = shop.customer()
    first = buy(office, customer)
    assert balance(customer) == EARNED
    first.cancel()
    assert balance(customer) == 0
    buy(office, customer)
    assert balance(customer) == EARNED
    buy(office, customer)
    assert balance(customer) == 2 * EARNED


def test_a_first_order_that_is_cancelled_at_once_leaves_no_points(
    shop, office, program, balance
):
    customer = shop.customer()
    shop.pause()
    buy(office, customer).cancel()
    shop.start()
    assert balance(customer) == 0


def test_points_are_spent_down_to_zero(shop, office, program, balance):
    customer = shop.customer()
    card = give_card(shop, customer, program, 100 - EARNED)
    order = draft(shop, customer)
    claim(shop, order)
    shop.rpc("sale.order", "action_confirm", [order])
    assert shop.rpc("loyalty.card", "read", [card], ["points"])[0]["points"] == 0
    assert balance(customer) == 0


def test_a_reward_that_is_claimed_is_one_change_of_the_balance(
    shop, office, program, at_mindbox, balance
):
    customer = shop.customer()
    give_card(shop, customer, program, 150)
    order = Order(office, draft(shop, customer))
    claim(shop, order.id)
    shop.rpc("sale.order", "action_confirm", [order.id])
    assert balance(customer) == 150 + EARNED - 100
    known = at_mindbox(customer.partner_id)
    assert changes(known) == [(EARNED - 100, order.name), (150, "Bonus")]


def test_a_reward_that_is_claimed_afterwards_is_one_change_of_the_balance(
    shop, office, program, at_mindbox, balance
):
    customer = shop.customer()
    give_card(shop, customer, program, 150)
    order = buy(office, customer)
    claim(shop, order.id)
    assert balance(customer) == 150 + EARNED - 100
    known = at_mindbox(customer.partner_id)
    assert changes(known) == [
        (-100, order.name),
        (EARNED, order.name),
        (150, "Bonus"),
    ]


def test_two_orders_that_are_confirmed_together_keep_their_own_points(
    shop, office, program, at_mindbox, balance
):
    customer = shop.customer()
    orders = [Order(office, draft(shop, customer)) for _number in range(2)]
    shop.rpc("sale.order", "action_confirm", [order.id for order in orders])
    assert balance(customer) == 2 * EARNED
    known = at_mindbox(customer.partner_id)
    assert changes(known) == [(EARNED, order.name) for order in orders]
    orders[0].cancel()
    assert balance(customer) == EARNED
    assert changes(at_mindbox(customer.partner_id))[0] == (-EARNED, orders[0].name)


def test_a_card_that_is_given_away_takes_its_points_along(
    shop, office, program, balance
):
    giver, taker = shop.customer(), shop.customer()
    card = give_card(shop, giver, program, 120)
    assert (balance(giver), balance(taker)) == (120, 0)
    shop.rpc("loyalty.card", "write", [card], {"partner_id": taker.partner_id})
    assert (balance(giver), balance(taker)) == (0, 120)


# === CUSTOMERS === #


def test_a_guest_who_signs_up_after_the_purchase_is_edited_and_not_lost(
    shop, at_mindbox
):
    guest = shop.visitor()
    guest.add(shop.lesson)
    guest.give_address()
    guest.open("/shop/checkout")
    guest.pay()
    mine = [("partner_id.email", "=", guest.email)]
    [order] = shop.rpc("sale.order", "search_read", mine, ["name", "partner_id"])
    guest.partner_id, _name = order["partner_id"]
    known = at_mindbox(guest.partner_id)
    page = guest.open("/shop/confirmation")
    [link] = {word for word in page.split('"') if "/web/signup" in word}
    guest.post(
        link.replace("&amp;", "&"),
        name=guest.name,
        login=guest.email,
        password=PASSWORD,
        confirm_password=PASSWORD,
        token=link.split("token=")[-1].split("&")[0],
    )
    login = [("login", "=", guest.email)]
    [user] = shop.rpc("res.users", "search_read", login, ["partner_id"])
    assert user["partner_id"][0] == guest.partner_id
    now = at_mindbox(guest.partner_id)
    assert now["id"] == known["id"]
    assert (now["email"], now["fullName"]) == (guest.email, guest.name)
    guest.edit_profile(name="Anna Petrova")
    assert at_mindbox(guest.partner_id)["fullName"] == "Anna Petrova"
    assert [one["ids"]["websiteID"] for one in now["orders"]] == [order["name"]]


def test_who_closes_the_account_withdraws_all_consents_and_is_to_be_deleted(
    shop, at_mindbox, wait_until
):
    customer = shop.customer()
    customer.post("/my/subscriptions", email="on", sms="on")
    known = at_mindbox(customer.partner_id)
    assert {one["state"] for one in known["subscriptions"]} == {"subscribed"}
    customer.post(
        "/my/deactivate_account",
        page="/my/security",
        validation=customer.email,
        password=PASSWORD,
    )
    known = at_mindbox(customer.partner_id)
    assert {one["state"] for one in known["subscriptions"]} == {"unsubscribed"}
    listed = [("customer_id_value", "=", str(customer.partner_id))]
    [erasure] = shop.rpc("mindbox.erasure", "search_read", listed, ["state"])
    assert erasure["state"] == "todo"
    [watch] = shop.rpc("ir.cron", "search", [("code", "=", "model._cron_watch()")])
    shop.rpc("ir.cron", "method_direct_trigger", [watch])
    told = [("res_model", "=", "mindbox.endpoint"), ("res_id", "=", shop.endpoint_id)]
    activities = shop.rpc("mail.activity", "search_read", told, ["summary"])
    assert any("delete" in activity["summary"] for activity in activities)
