"""Whoever wants to be forgotten is: Mindbox hears nothing of them any more."""

import json

import pytest

from tests.shop import Shop

CANARY = {
    "name": "Kanareika Zheltukhina",
    "email": "kanareika.zheltukhina@example.com",
    "phone": "+32470998877",
}
CARD = "0447-CANARY-4711"
WORDS = ("Kanareika", "Zheltukhina", CANARY["email"], "470998877", CARD)
KINDS = ("customers", "cards", "orders", "segments")
# A file of an import that was tried and waits.
TRIED = [("state", "=", "frozen"), ("attempts", ">", 0)]


@pytest.fixture
def shop(odoo_server, sandbox):
    return Shop(odoo_server(workers=2), sandbox)


def test_mindbox_hears_nothing_of_an_erased_customer(shop, wait_until):
    partner = shop.rpc("res.partner", "create", CANARY)
    card, order = make_card(shop, partner), make_order(shop, partner)
    wait_until(shop.settled, 60)
    shop.sandbox.settle()
    assert tells_of(shop, 0, partner, order), "the canary never sang"
    # What waits, with bodies and without; what was tried; a file that was tried.
    shop.sandbox.fault(kind="503")
    change_everything(shop, partner, card, order)
    wait_until(lambda: shop.rows(domain=[("attempts", ">", 0)]), 30)
    run = start_import(shop, "customers")
    wait_until(lambda: shop.rpc("mindbox.import.chunk", "search_count", TRIED), 60)

    shop.rpc("res.partner", "action_mindbox_erase", [partner])
    before = len(shop.calls())
    shop.sandbox.heal()
    shop.start()
    change_everything(shop, partner, card, order)
    compute_segments(shop, wait_until)
    wait_until(lambda: is_over(shop, run), 90)
    for kind in KINDS:
        run = start_import(shop, kind)
        wait_until(lambda run=run: is_over(shop, run), 90)
    wait_until(shop.settled, 60)
    assert len(shop.calls()) > before, "nothing was sent at all"
    assert not tells_of(shop, before, partner, order)


def make_card(shop, partner):
    program = {"name": "Club", "program_type": "loyalty", "applies_on": "both"}
    program = shop.rpc("loyalty.program", "create", program)
    card = {"program_id": program, "partner_id": partner, "code": CARD}
    return shop.rpc("loyalty.card", "create", {**card, "points": 10})


def make_order(shop, partner):
    domain = [("sale_ok", "=", True), ("type", "=", "consu")]
    (product,) = shop.rpc("product.product", "search", domain, limit=1)
    line = [0, 0, {"product_id": product}]
    values = {"partner_id": partner, "order_line": [line]}
    order = shop.rpc("sale.order", "create", values)
    shop.rpc("sale.order", "action_confirm", [order])
    return shop.rpc("sale.order", "read", [order], ["name"])[0]


def change_everything(shop, partner, card, order):
    shop.rpc("res.partner", "write", [partner], {"name": f"Anna {len(shop.calls())}"})
    (points,) = shop.rpc("loyalty.card", "read", [card], ["points"])
    shop.rpc("loyalty.card", "write", [card], {"points": points["points"] + 5})
    favorite = {"is_favorite": True, "favorite_name": "Mine"}
    shop.rpc("sale.order", "write", [order["id"]], favorite)
    decision = {"partner_id": partner, "channel": "sms", "is_subscribed": False}
    shop.rpc("mindbox.consent", "create", decision)


def compute_segments(shop, wait_until):
    (scheme,) = shop.rpc("rfm.scheme", "search", [("state", "=", "active")])
    run = shop.rpc("rfm.scheme", "action_compute", [scheme])["res_id"]
    wait_until(lambda: is_over(shop, run, "rfm.run"), 60)
    shop.rpc("rfm.scheme", "action_send_all", [scheme])


def start_import(shop, kind):
    values = {"endpoint_id": shop.endpoint_id, "kind": kind, "more_columns": False}
    run = shop.rpc("mindbox.import", "create", values)
    shop.rpc("mindbox.import", "action_start", [run])
    return run


def is_over(shop, run, model="mindbox.import"):
    (values,) = shop.rpc(model, "read", [run], ["state"])
    return values["state"] == "done"


def tells_of(shop, since, partner, order):
    """Return the calls since some number that name the customer or the order."""
    told = []
    for call in shop.calls()[since:]:
        text = json.dumps([call["body"], call["query"]], ensure_ascii=False)
        ids = f'"websiteID": "{partner}"', f'"websiteID": "{order["name"]}"'
        if any(word in text for word in (*WORDS, *ids)):
            told.append(call)
    return told
