"""Odoo and Mindbox are compared on a running shop; each seeded fault is mended.

A real server with the job runner does the comparing; the faults are made in SQL, past
everything that would notice them.
"""

import uuid
from decimal import Decimal

import databases
import pytest
import requests

from . import storefront
from .shop import KEY


@pytest.fixture(scope="module")
def shop(template_db):
    with storefront.opened(template_db, "reconciliation") as shop:
        # What the demo data hold was there before the start, and is not looked at.
        newest = shop.rpc("res.partner", "search", [], order="id desc", limit=1)
        newcomers = [("id", ">", newest[0])]
        shop.set(customer_domain=str(newcomers))
        # Points are looked for at their cards.
        shop.take_balances_of_cards()
        yield shop


def execute(shop, query, *params):
    return databases.query(query, *params, database=shop.server.database)


def make_customer(shop, name):
    values = {"name": name, "email": f"{name.lower()}@example.com", "customer_rank": 1}
    return shop.rpc("res.partner", "create", values)


def make_order(shop, partner):
    line = (0, 0, {"product_id": shop.lesson["id"], "product_uom_qty": 2})
    values = {"partner_id": partner, "order_line": [line]}
    order = shop.rpc("sale.order", "create", values)
    shop.rpc("sale.order", "action_confirm", [order])
    return order


def make_card(shop, partner, points):
    program = shop.rpc(
        "loyalty.program", "create", {"name": "Bonus", "program_type": "loyalty"}
    )
    values = {"program_id": program, "partner_id": partner, "points": points}
    return shop.rpc("loyalty.card", "create", values)


def compare(shop, wait_until):
    """Have it compared by the job runner; return the run and what was found."""
    action = shop.rpc("mindbox.endpoint", "action_reconcile", [shop.endpoint_id])

    def ended():
        (run,) = shop.rpc("mindbox.reconciliation", "read", [action["res_id"]])
        assert run["state"] != "failed", run["error"]
        return run["state"] == "done" and run

    run = wait_until(ended, 60)
    names = ["kind", "res_id", "problem", "reason"]
    domain = [("state", "=", "open")]
    found = shop.rpc("mindbox.difference", "search_read", domain, names)
    return run, {(row["kind"], row["res_id"]): row for row in found}


def send_what_differs(shop):
    found = shop.rpc("mindbox.difference", "search", [("state", "=", "open")])
    shop.rpc("mindbox.difference", "action_send", found)


def orders_at_mindbox(shop):
    orders = shop.sandbox.control("GET", "orders?limit=1000")["orders"]
    return {value: order for order in orders for value in order["ids"].values()}


def order_names(shop, *orders):
    rows = shop.rpc("sale.order", "read", list(orders), ["name"])
    return [row["name"] for row in rows]


def test_each_seeded_fault_is_found_told_and_mended(shop, wait_until):
    anna, boris, clara = (make_customer(shop, n) for n in ("Anna", "Boris", "Clara"))
    told, changed = make_order(shop, anna), make_order(shop, boris)
    card = make_card(shop, anna, 50)
    wait_until(shop.settled, 30)
    run, found = compare(shop, wait_until)
    assert not found, "both sides agree"
    assert (run["customers_told"], run["orders_told"], run["cards_told"]) == (3, 2, 1)

    lost = lose_an_order(shop, anna, wait_until)
    execute(shop, "UPDATE sale_order SET amount_total = 233 WHERE id = %s", changed)
    execute(shop, "DELETE FROM res_partner WHERE id = %s", clara)
    execute(shop, "UPDATE loyalty_card SET points = 80 WHERE id = %s", card)
    run, found = compare(shop, wait_until)
    problems = {key: row["problem"] for key, row in found.items()}
    assert problems == {
        ("orders", lost): "missing",
        ("orders", changed): "amount",
        ("customers", clara): "extra",
        ("cards", card): "amount",
    }
    assert all(row["reason"] for row in found.values())
    assert run["difference_count"] == 4
    check_days(shop, run)

    # The total is made right in Odoo; the rest is one click.
    execute(shop, "UPDATE sale_order SET amount_total = 200 WHERE id = %s", changed)
    send_what_differs(shop)
    wait_until(shop.settled, 30)
    check_mindbox_has(shop, order_names(shop, told, changed, lost), card)
    _run, found = compare(shop, wait_until)
    assert set(found) == {("customers", clara)}, "Mindbox deletes on its own form"
    erasures = shop.rpc("mindbox.erasure", "search_read", [], ["customer_id_value"])
    assert str(clara) in [row["customer_id_value"] for row in erasures]


def check_days(shop, run):
    """An order is missing, and another one has 33 more: day by day, too."""
    assert (run["orders_expected"], run["orders_told"]) == (3, 2)
    days = shop.rpc(
        "mindbox.reconciliation.day",
        "search_read",
        [("run_id", "=", run["id"]), ("kind", "=", "orders")],
        ["expected", "told", "difference", "amount", "told_amount"],
    )
    assert sum(day["difference"] for day in days) == 2
    assert sum(day["amount"] - day["told_amount"] for day in days) == 200 + 33


def lose_an_order(shop, partner, wait_until):
    """An order whose requests are deleted before they could leave."""
    shop.pause()
    order = make_order(shop, partner)
    execute(
        shop,
        "DELETE FROM mindbox_request WHERE state = 'pending' AND res_id = %s"
        " AND res_model = 'sale.order'",
        order,
    )
    shop.start()
    wait_until(shop.settled, 30)
    return order


def check_mindbox_has(shop, names, card):
    known = orders_at_mindbox(shop)
    assert set(names) <= set(known)
    for name in names:
        assert Decimal(str(known[name]["totalPrice"])) == 200, known[name]
    code = shop.rpc("loyalty.card", "read", [card], ["code"])[0]["code"]
    cards = shop.sandbox.control("GET", "cards?limit=1000")["cards"]
    balances = {card["number"]: Decimal(str(card["balance"])) for card in cards}
    assert balances[code] == 80


def test_what_the_sender_does_wrong_is_told_and_mended(shop, wait_until):
    """Mindbox believes what it is told; the comparison does not."""
    dora = make_customer(shop, "Dora")
    order = make_order(shop, dora)
    wait_until(shop.settled, 30)

    shop.pause()
    card = make_card(shop, dora, 70)
    decision = {"partner_id": dora, "channel": "email", "is_subscribed": False}
    consent = shop.rpc("mindbox.consent", "create", decision)
    tell_otherwise(shop, "card_balance", '"changeAmount":[0-9.]+', '"changeAmount":7')
    tell_otherwise(
        shop, "customer_subscription", '"isSubscribed":false', '"isSubscribed":true'
    )
    shop.rpc("sale.order", "action_cancel", [order])
    execute(
        shop,
        "DELETE FROM mindbox_request WHERE state = 'pending' AND res_id = %s"
        " AND res_model = 'sale.order'",
        order,
    )
    shop.start()
    wait_until(shop.settled, 30)
    assert mindbox_of_dora(shop, order, card) == (7, "subscribed", False)

    _run, found = compare(shop, wait_until)
    mine = {("cards", card), ("consents", consent), ("orders", order)}
    assert mine <= set(found), found
    shop.rpc("mindbox.difference", "action_send", [found[key]["id"] for key in mine])
    wait_until(shop.settled, 30)
    assert mindbox_of_dora(shop, order, card) == (70, "unsubscribed", True)
    _run, found = compare(shop, wait_until)
    assert not mine & set(found)


def tell_otherwise(shop, event, pattern, words):
    """Let the sender make another body of what waits."""
    execute(
        shop,
        "UPDATE mindbox_request SET payload = regexp_replace(payload, %s, %s)"
        " WHERE state = 'pending' AND event = %s",
        pattern,
        words,
        event,
    )


def mindbox_of_dora(shop, order, card):
    """Return the balance, the consent by e-mail, and whether the order is cancelled."""
    [found] = shop.sandbox.control("GET", "customers?q=dora@example.com")["customers"]
    customer = shop.sandbox.control("GET", f"customers/{found['id']}")
    [code] = shop.rpc("loyalty.card", "read", [card], ["code"])
    balance = next(
        c["balance"] for c in customer["cards"] if c["number"] == code["code"]
    )
    [consent] = customer["subscriptions"]
    [name] = order_names(shop, order)
    there = orders_at_mindbox(shop)[name]
    cancelled = (Decimal(str(there["totalPrice"])), there["statuses"]) == (
        0,
        ["Cancelled"],
    )
    return Decimal(str(balance)), consent["state"], cancelled


def test_an_order_told_as_another_customers_is_found_and_mended(shop, wait_until):
    emma, fred = make_customer(shop, "Emma"), make_customer(shop, "Fred")
    order = make_order(shop, emma)
    wait_until(shop.settled, 30)
    reads = {"customer": "GetCustomerInfo", "order": "GetOrder"}
    shop.set(**{f"read_{k}_operation": f"Website.{v}" for k, v in reads.items()})
    tell_as_anothers(shop, order, fred)
    assert owner_at_mindbox(shop, order) == fred

    compare(shop, wait_until)
    wait_until(lambda: find_anothers(shop), 30)
    [found] = find_anothers(shop)
    assert (found["res_id"], found["detail"]) == (order, str(fred))
    shop.rpc("mindbox.difference", "action_send", [found["id"]])
    wait_until(lambda: owner_at_mindbox(shop, order) == emma, 30)
    compare(shop, wait_until)
    wait_until(lambda: not find_anothers(shop, "open", "sent"), 30)


def tell_as_anothers(shop, order, customer):
    """Tell Mindbox past Odoo that an order is somebody else's."""
    [name] = order_names(shop, order)
    body = {"customer": {"ids": {"websiteID": str(customer)}}}
    body["order"] = {"ids": {"websiteID": name}}
    answer = requests.post(
        f"{shop.sandbox.api_url}/v3/operations/sync",
        params={
            "endpointId": "demo.Website",
            "operation": "Website.UpdateOrder",
            "transactionId": str(uuid.uuid4()),
        },
        json=body,
        headers={
            "Accept": "application/json",
            "Authorization": f'Mindbox secretKey="{KEY}"',
        },
        timeout=10,
    )
    assert answer.json()["status"] == "Success", answer.text


def owner_at_mindbox(shop, order):
    [name] = order_names(shop, order)
    return int(orders_at_mindbox(shop)[name]["customer"]["ids"]["websiteID"])


def find_anothers(shop, *states):
    domain = [("problem", "=", "customer"), ("state", "in", states or ("open",))]
    return shop.rpc("mindbox.difference", "search_read", domain, ["res_id", "detail"])
