"""An automation rule sends an event to Mindbox, without a line of code.

With Odoo's own automation rules, and by the outbox: what Mindbox does not take now
arrives later, once.
"""

import databases
import pytest

from tests.shop import Shop

OPERATION = "Website.Thank"


@pytest.fixture(scope="module")
def with_automation(template_db):
    log = databases.LOGS / "install-base_automation.log"
    with databases.cloned(template_db, f"{databases.PREFIX}automation") as name:
        once = ("--stop-after-init", "--no-http", "-i", "base_automation")
        databases.odoo(name, *once, log=log)
        yield name


@pytest.fixture
def shop(with_automation, database, odoo_server, sandbox):
    sandbox.control("PUT", "settings", {"strictness": {"profile": "strict"}})
    operation = {"name": OPERATION, "step": "edit", "customer": "import"}
    sandbox.control("PUT", "operations", operation)
    return Shop(odoo_server(database(with_automation), workers=2), sandbox)


def thank_for_orders(shop):
    """Have an automation rule thank for each confirmed order."""
    [model] = shop.rpc("ir.model", "search", [("model", "=", "sale.order")])
    told = [
        {"target": "customer.customFields.lastOrder", "path": "name"},
        {
            "target": "customer.customFields.spent",
            "path": "amount_total",
            "value_type": "number",
        },
        {"target": "customerAction.customFields.channel", "text": "shop"},
    ]
    action = {
        "name": "Thank for the order",
        "model_id": model,
        "usage": "base_automation",
        "state": "mindbox",
        "mindbox_operation": OPERATION,
        "mindbox_field_ids": [(0, 0, line) for line in told],
    }
    rule = {
        "name": "Confirmed",
        "model_id": model,
        "trigger": "on_write",
        "filter_pre_domain": "[('state', '!=', 'sale')]",
        "filter_domain": "[('state', '=', 'sale')]",
        "action_server_ids": [(0, 0, action)],
    }
    return shop.rpc("base.automation", "create", rule)


def customer_at_mindbox(shop, email):
    found = shop.sandbox.control("GET", f"customers?q={email}")["customers"]
    return shop.sandbox.control("GET", f"customers/{found[0]['id']}") if found else {}


def test_a_rule_tells_mindbox_of_each_order_once_through_an_outage(shop, wait_until):
    thank_for_orders(shop)
    email = "thanked@example.com"
    partner = shop.rpc("res.partner", "create", {"name": "Thanked", "email": email})
    product = shop.rpc("product.product", "create", {"name": "Lamp", "taxes_id": []})
    lines = [(0, 0, {"product_id": product, "price_unit": 12.5})]
    values = {"partner_id": partner, "order_line": lines}
    orders = [shop.rpc("sale.order", "create", values) for _each in range(2)]
    wait_until(shop.settled, 30)

    shop.sandbox.fault(kind="503")
    for order in orders:
        shop.rpc("sale.order", "action_confirm", [order])
    thanks = [("operation_id.name", "=", OPERATION)]
    wait_until(lambda: len(shop.rows(domain=thanks)) == 2, 15)
    shop.sandbox.heal()

    [last] = shop.rpc("sale.order", "read", orders[1:], ["name"])
    told = {"lastOrder": last["name"], "spent": 12.5}
    wait_until(lambda: customer_at_mindbox(shop, email).get("customFields") == told, 60)
    wait_until(shop.settled, 60)
    shop.check_arrived()
    calls = [call for call in shop.calls() if call["operation"] == OPERATION]
    effects = [call for call in calls if call["effect"]]
    assert len(effects) == 2 and not any(call["warnings"] for call in effects)
    channel = {"customFields": {"channel": "shop"}}
    assert all(call["body"]["customerAction"] == channel for call in effects)
    rows = shop.rows("event", "partner_id", domain=thanks)
    assert {row["partner_id"][0] for row in rows} == {partner}
