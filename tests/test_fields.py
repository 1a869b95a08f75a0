"""Fields of Odoo that fill additional fields of Mindbox, mapped in the back office.

Judged by what the sandbox, as strict as Mindbox, keeps of customers, orders and cards.
"""

import pytest

from tests.shop import Shop


@pytest.fixture
def shop(odoo_server, sandbox):
    sandbox.control("PUT", "settings", {"strictness": {"profile": "strict"}})
    return Shop(odoo_server(workers=2), sandbox)


def map_field(shop, model, path, name, value_type="text", **values):
    values |= {"endpoint_id": shop.endpoint_id, "model": model, "path": path}
    values |= {"name": name, "value_type": value_type}
    return shop.rpc("mindbox.field.map", "create", values)


def customer_at_mindbox(shop, email):
    found = shop.sandbox.control("GET", f"customers?q={email}")["customers"]
    return shop.sandbox.control("GET", f"customers/{found[0]['id']}") if found else {}


def kept(shop, email):
    return customer_at_mindbox(shop, email).get("customFields")


def test_five_fields_of_a_customer_follow_every_change(shop, wait_until):
    email = "mapped@example.com"
    map_field(shop, "res.partner", "city", "town", when_empty="clear")
    map_field(shop, "res.partner", "country_id.code", "country", "enumeration")
    map_field(shop, "res.partner", "is_company", "isFirm", "flag")
    map_field(shop, "res.partner", "category_id", "tags", "list")
    map_field(shop, "res.partner", "partner_latitude", "latitude", "number")
    tags = [shop.rpc("res.partner.category", "create", {"name": n}) for n in "AB"]
    [country] = shop.rpc("res.country", "search", [("code", "=", "BE")])
    values = {"city": "Brussels", "country_id": country, "partner_latitude": 50.85}
    values |= {"name": "Mapped", "email": email, "category_id": [(6, 0, tags)]}
    partner = shop.rpc("res.partner", "create", values)
    told = {"town": "Brussels", "country": "BE", "isFirm": False, "latitude": 50.85}
    wait_until(lambda: kept(shop, email) == told | {"tags": ["A", "B"]}, 30)

    shop.rpc("res.partner", "write", [partner], {"city": False})
    shop.rpc("res.partner.category", "write", tags[1:], {"name": "C"})
    del told["town"]
    wait_until(lambda: kept(shop, email) == told | {"tags": ["A", "C"]}, 30)

    wait_until(shop.settled, 30)
    before = len(shop.rows())
    shop.rpc("res.partner", "write", [partner], {"comment": "nothing mapped"})
    shop.rpc("res.partner", "write", [partner], {"partner_latitude": 50.85})
    assert len(shop.rows()) == before


def test_orders_lines_and_cards_carry_theirs(shop, wait_until):
    takes = {
        "name": "Website.IssueDiscountCard",
        "takes": ["discountCard.customFields"],
    }
    shop.sandbox.control("PUT", "operations", takes)
    map_field(shop, "sale.order", "client_order_ref", "reference")
    map_field(shop, "sale.order.line", "product_id.weight", "weight", "number")
    map_field(shop, "loyalty.card", "expiration_date", "until", "date")
    email = "buyer@example.com"
    partner = shop.rpc("res.partner", "create", {"name": "Buyer", "email": email})
    product = shop.rpc("product.product", "create", {"name": "Lamp", "weight": 1.25})
    values = {"partner_id": partner, "order_line": [(0, 0, {"product_id": product})]}
    order = shop.rpc("sale.order", "create", values | {"client_order_ref": "A-1"})
    shop.rpc("sale.order", "action_confirm", [order])

    def order_at_mindbox():
        found = customer_at_mindbox(shop, email).get("orders")
        return found and found[0]["customFields"]

    wait_until(lambda: order_at_mindbox() == {"reference": "A-1"}, 30)
    shop.rpc("sale.order", "write", [order], {"client_order_ref": "A-2"})
    wait_until(lambda: order_at_mindbox() == {"reference": "A-2"}, 30)
    call = shop.arrived("UpdateOrder", wait_until)
    [line] = call["body"]["order"]["lines"]
    assert line["customFields"] == {"weight": 1.25} and not call["warnings"]

    program = {"name": "Club", "program_type": "loyalty", "applies_on": "both"}
    values = {"program_id": shop.rpc("loyalty.program", "create", program)}
    values |= {"partner_id": partner, "expiration_date": "2031-12-31"}
    shop.rpc("loyalty.card", "create", values)
    call = shop.arrived("IssueDiscountCard", wait_until)
    assert call["body"]["discountCard"]["customFields"] == {"until": "2031-12-31"}
    assert not call["warnings"]


def test_the_import_of_the_past_fills_them_too(shop, wait_until):
    shop.pause()
    email = "past@example.com"
    values = {"name": "Past", "email": email, "city": "Omsk"}
    partner = shop.rpc("res.partner", "create", values)
    shop.rpc("mindbox.request", "action_cancel", [row["id"] for row in shop.rows()])
    map_field(shop, "res.partner", "city", "town")
    shop.start()
    run = {"endpoint_id": shop.endpoint_id, "kind": "customers"}
    run = shop.rpc("mindbox.import", "create", run)
    shop.rpc("mindbox.import", "action_start", [run])
    wait_until(lambda: kept(shop, email) == {"town": "Omsk"}, 60)
    assert partner
