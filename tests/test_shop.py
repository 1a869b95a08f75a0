"""Each event of the catalogue, from what a person does to the body at Mindbox."""

import re
import uuid
from contextlib import closing

import psycopg2
import pytest

from . import storefront
from .conftest import ROOT


@pytest.fixture(scope="module")
def shop(template_db):
    with storefront.opened(template_db, "shop") as shop:
        shop.server.gather(0)
        yield shop


def test_signing_up_registers_with_device_and_consent(shop, wait_until):
    device = str(uuid.uuid4())
    login = f"{uuid.uuid4().hex[:8]}@example.com"
    visitor = shop.visitor(device)
    visitor.sign_up("Pavel Sidorov", login, mindbox_consent="on")
    call = shop.arrived(
        "RegisterCustomer", wait_until, lambda c: c["device_uuid"] == device
    )
    customer = call["body"]["customer"]
    assert customer["email"] == login
    assert (customer["firstName"], customer["lastName"]) == ("Pavel", "Sidorov")
    assert call["customer_ip"] == "127.0.0.1"
    consent = shop.arrived(
        "SubscribeCustomer",
        wait_until,
        lambda c: c["body"]["customer"]["email"] == login,
    )
    assert consent["body"]["customer"]["subscriptions"] == [
        {"pointOfContact": "Email", "isSubscribed": True}
    ]
    assert call["effect"] and call["seq"] < consent["seq"]
    logins = shop.sandbox.calls(operation="Website.AuthorizeCustomer")["calls"]
    assert not [c for c in logins if c["device_uuid"] == device], (
        "a sign-up is no login"
    )


def test_logging_in_is_told_once(shop, wait_until):
    customer = shop.customer()
    device = str(uuid.uuid4())
    browser = shop.visitor(device)
    browser.log_in(customer.login)
    shop.arrived("AuthorizeCustomer", wait_until, lambda c: c["device_uuid"] == device)
    logins = shop.sandbox.calls(operation="Website.AuthorizeCustomer", limit=500)[
        "calls"
    ]
    assert len([c for c in logins if c["device_uuid"] == device]) == 1


def test_the_own_details_are_told_birthday_and_sex_included(shop, wait_until):
    customer = shop.customer()
    # An edit that follows at once is part of the registration.
    shop.arrived_for(customer, "RegisterCustomer", wait_until)
    [country] = shop.rpc("res.country", "search", [("code", "=", "RU")])
    assert 'id="o_birthday"' in customer.open("/my/account")
    answer = customer.post(
        "/my/address/submit",
        page="/my/account",
        partner_id=customer.partner_id,
        name="Anna Petrova",
        email=customer.login,
        phone="8 999 765-43-21",
        street="Arbat 1",
        city="Moscow",
        zip="119019",
        country_id=country,
        birthday="1990-06-16",
        sex="female",
    )
    assert "redirectUrl" in answer.json(), answer.text
    call = shop.arrived_for(customer, "EditCustomer", wait_until)
    sent = call["body"]["customer"]
    assert sent["lastName"] == "Petrova"
    assert sent["mobilePhone"] == "79997654321"
    assert (sent["birthDate"], sent["sex"]) == ("1990-06-16", "female")


def test_a_change_in_the_back_office_is_told(shop, wait_until):
    customer = shop.customer()
    shop.arrived_for(customer, "RegisterCustomer", wait_until)
    shop.rpc(
        "res.partner", "write", [customer.partner_id], {"phone": "+7 999 111-22-33"}
    )
    call = shop.arrived_for(customer, "EditCustomer", wait_until)
    assert call["body"]["customer"]["mobilePhone"] == "79991112233"


def test_the_cart_is_told_when_it_changes_and_when_it_is_emptied(shop, wait_until):
    customer = shop.customer()
    customer.add(shop.lamp)
    customer.update(shop.lamp, 3)
    shop.arrived(
        "SetCart",
        wait_until,
        lambda c: c["body"].get("productList", [{}])[0].get("count") == 3,
    )
    customer.update(shop.lamp, 0)
    shop.arrived_for(customer, "ClearCart", wait_until)


def test_a_guest_buys_and_pays(shop, wait_until):
    guest = shop.visitor()
    guest.add(shop.lesson, 2)
    email = f"{uuid.uuid4().hex[:8]}@example.com"
    [country] = shop.rpc("res.country", "search", [("code", "=", "RU")])
    guest.give_address(name="Guest Person", email=email, country_id=country)
    guest.pay(shop.provider)
    created = shop.arrived(
        "CreateUnauthorizedOrder",
        wait_until,
        lambda c: c["body"]["customer"].get("email") == email,
    )
    order = created["body"]["order"]
    assert order["totalPrice"] == 200.0
    assert created["effect"] and not created["warnings"], created["warnings"]
    number = order["ids"]["websiteID"]
    for status in ("Confirmed", "Paid"):
        shop.arrived(
            "UpdateOrderStatus",
            wait_until,
            lambda c: c["body"]["order"]["ids"]["websiteID"] == number
            and c["body"].get("orderLinesStatus") == status,  # noqa: B023
        )


def test_a_customer_buys_and_the_cart_is_cleared_after_the_order(shop, wait_until):
    customer = shop.customer()
    customer.add(shop.lesson)
    [country] = shop.rpc("res.country", "search", [("code", "=", "RU")])
    customer.give_address(
        name="Anna Ivanova",
        email=customer.login,
        country_id=country,
        partner_id=customer.partner_id,
    )
    customer.pay(shop.provider)
    created = shop.arrived_for(customer, "CreateAuthorizedOrder", wait_until)
    cleared = shop.arrived_for(customer, "ClearCart", wait_until)
    assert created["seq"] < cleared["seq"]


def test_goods_are_shipped_in_two_parts_and_one_comes_back_twice(shop, wait_until):
    partner = shop.rpc("res.partner", "create", {"name": "B Buyer", "email": "b@x.com"})
    line = (0, 0, {"product_id": shop.lamp["id"], "product_uom_qty": 5})
    order = shop.rpc(
        "sale.order", "create", {"partner_id": partner, "order_line": [line]}
    )
    shop.rpc("sale.order", "action_confirm", [order])
    number = shop.rpc("sale.order", "read", [order], ["name"])[0]["name"]

    def told(check):
        return shop.arrived(
            "UpdateOrderStatus",
            wait_until,
            lambda c: c["body"]["order"]["ids"]["websiteID"] == number
            and check(c["body"]),
        )

    told(lambda body: body.get("orderLinesStatus") == "Confirmed")
    first = ship(shop, order, 2)
    told_skipped = shop.rpc(
        "mindbox.request",
        "search_count",
        [
            ("res_id", "=", order),
            ("event", "=", "order_status"),
            ("state", "=", "skipped"),
        ],
    )
    assert told_skipped == 1, "no status is mapped for partially shipped"
    ship(shop, order, 3)
    told(lambda body: body.get("orderLinesStatus") == "Delivered")
    for quantity in (1, 0.5):
        take_back(shop, first, quantity)
        body = told(
            lambda body: [
                line
                for line in body["order"].get("lines", [])
                if line["status"] == "Returned" and line["quantity"] == quantity  # noqa: B023
            ]
        )["body"]
        assert body["order"]["lines"][0]["lineId"]


def ship(shop, order, quantity):
    [picking] = shop.rpc(
        "stock.picking",
        "search",
        [("sale_id", "=", order), ("state", "not in", ("done", "cancel"))],
    )
    [move] = shop.rpc("stock.move", "search", [("picking_id", "=", picking)])
    shop.rpc("stock.move", "write", [move], {"quantity": quantity, "picked": True})
    action = shop.rpc("stock.picking", "button_validate", [picking])
    if (
        isinstance(action, dict)
        and action.get("res_model") == "stock.backorder.confirmation"
    ):
        wizard = shop.rpc(
            "stock.backorder.confirmation",
            "create",
            {"pick_ids": [(4, picking)]},
            context=action["context"],
        )
        shop.rpc(
            "stock.backorder.confirmation",
            "process",
            [wizard],
            context=action["context"],
        )
    return picking


def take_back(shop, picking, quantity):
    context = {
        "active_id": picking,
        "active_ids": [picking],
        "active_model": "stock.picking",
    }
    wizard = shop.rpc("stock.return.picking", "create", {}, context=context)
    [line] = shop.rpc(
        "stock.return.picking.line", "search", [("wizard_id", "=", wizard)]
    )
    shop.rpc("stock.return.picking.line", "write", [line], {"quantity": quantity})
    action = shop.rpc("stock.return.picking", "action_create_returns", [wizard])
    returned = action["res_id"]
    [move] = shop.rpc("stock.move", "search", [("picking_id", "=", returned)])
    shop.rpc("stock.move", "write", [move], {"quantity": quantity, "picked": True})
    shop.rpc("stock.picking", "button_validate", [returned])


def test_the_wish_list_of_a_visitor_is_told_at_login(shop, wait_until):
    customer = shop.customer()
    visitor = shop.visitor()
    visitor.call("/shop/wishlist/add", product_id=shop.lamp["id"])
    visitor.log_in(customer.login)
    call = shop.arrived_for(customer, "SetWishList", wait_until)
    assert call["body"]["productList"][0]["product"]["ids"] == {
        "website": str(shop.lamp["id"])
    }


def test_who_waits_for_a_product_by_mail_is_told(shop, wait_until):
    email = f"{uuid.uuid4().hex[:8]}@example.com"
    shop.visitor().call(
        "/shop/add/stock_notification", email=email, product_id=shop.lamp["id"]
    )
    call = shop.arrived(
        "SetBackInStockList",
        wait_until,
        lambda c: c["body"]["customer"].get("email") == email,
    )
    assert len(call["body"]["productList"]) == 1


def test_people_who_look_are_told_robots_are_not(shop, wait_until):
    device = str(uuid.uuid4())
    person = shop.visitor(device)
    assert person.call("/mindbox/view", kind="product", record_id=shop.lamp["id"])
    call = shop.arrived("ViewProduct", wait_until, lambda c: c["device_uuid"] == device)
    assert call["body"]["viewProduct"]["product"]["ids"] == {
        "website": str(shop.lamp["id"])
    }
    robot = shop.visitor(str(uuid.uuid4()))
    robot.session.headers["User-Agent"] = "Googlebot/2.1"
    assert not robot.call("/mindbox/view", kind="product", record_id=shop.lamp["id"])
    stranger = shop.visitor()
    assert not stranger.call("/mindbox/view", kind="product", record_id=shop.lamp["id"])


def test_a_flood_of_views_is_not_listened_to(shop):
    script = shop.visitor(str(uuid.uuid4()))
    recorded = [
        script.call("/mindbox/view", kind="product", record_id=shop.lamp["id"])
        for _number in range(200)
    ]
    # Each of the workers counts for itself.
    assert sum(recorded) <= 3 * 40


def test_an_oversized_call_is_refused_before_it_is_read(shop):
    customer = shop.customer()
    for path in ("/mindbox/view", "/my/orders/1/favorite"):
        body = {"jsonrpc": "2.0", "params": {"name": "x" * 1_000_000}}
        answer = customer.session.post(shop.server.url + path, json=body, timeout=60)
        assert "RequestEntityTooLarge" in answer.text, answer.text[:200]


def test_an_own_order_becomes_a_favourite_nobody_elses_does(shop, wait_until):
    customer, stranger = shop.customer(), shop.customer()
    line = (0, 0, {"product_id": shop.lesson["id"], "product_uom_qty": 1})
    order = shop.rpc(
        "sale.order",
        "create",
        {"partner_id": customer.partner_id, "order_line": [line]},
    )
    shop.rpc("sale.order", "action_confirm", [order])
    path = f"/my/orders/{order}/favorite"
    with pytest.raises(RuntimeError):
        stranger.call(path, favorite=True)
    assert customer.call(path, favorite=True, name="Weekly") == {
        "favorite": True,
        "name": "Weekly",
    }
    call = shop.arrived_for(customer, "SetFavoriteOrder", wait_until)
    assert call["body"]["order"]["customFields"] == {
        "isFavorite": True,
        "favoriteName": "Weekly",
    }
    assert "Weekly" in customer.open("/my/orders?filterby=favorite")
    assert "Weekly" not in stranger.open("/my/orders")


def test_my_subscriptions_are_told_as_decided(shop, wait_until):
    customer = shop.customer()
    customer.post("/my/subscriptions", email="on", sms="on")
    customer.post("/my/subscriptions", email="on")
    withdrawn = shop.arrived_for_subscription(customer, "EditCustomer", wait_until)
    assert withdrawn["body"]["customer"]["subscriptions"] == [
        {"pointOfContact": "Sms", "isSubscribed": False}
    ]


def test_points_and_card_of_a_customer_are_told(shop, wait_until):
    customer = shop.customer()
    program = shop.rpc(
        "loyalty.program", "create", {"name": "Bonus", "program_type": "ewallet"}
    )
    card = shop.rpc(
        "loyalty.card",
        "create",
        {"program_id": program, "partner_id": customer.partner_id},
    )
    code = shop.rpc("loyalty.card", "read", [card], ["code"])[0]["code"]
    wizard = shop.rpc(
        "loyalty.card.update.balance",
        "create",
        {"card_id": card, "new_balance": 50, "description": "Top-up"},
    )
    shop.rpc("loyalty.card.update.balance", "action_update_card_point", [wizard])
    issued = shop.arrived_for(customer, "IssueDiscountCard", wait_until)
    assert issued["body"]["discountCard"] == {"ids": {"number": code}}
    changed = shop.arrived_for(customer, "ChangeCustomerBalance", wait_until)
    assert changed["body"]["balanceChanges"][0]["changeAmount"] == 50


def test_merged_customers_are_told(shop, wait_until):
    first, second = shop.customer(), shop.customer()
    shop.arrived_for(second, "RegisterCustomer", wait_until)
    shop.rpc(
        "res.users",
        "unlink",
        shop.rpc("res.users", "search", [("login", "=", second.login)]),
    )
    wizard = shop.rpc(
        "base.partner.merge.automatic.wizard",
        "create",
        {
            "partner_ids": [(6, 0, [first.partner_id, second.partner_id])],
            "dst_partner_id": first.partner_id,
            "state": "selection",
        },
    )
    shop.rpc("base.partner.merge.automatic.wizard", "action_merge", [wizard])
    call = shop.arrived_for(first, "MergeCustomers", wait_until)
    assert call["http_status"] == 200
    assert call["body"]["resultingCustomer"]["ids"] == {
        "websiteID": str(first.partner_id)
    }


def test_who_only_reads_locks_nothing_and_writes_nothing(shop):
    visitor = shop.visitor(str(uuid.uuid4()))
    customer = shop.customer()
    pages = ("/shop", f"/shop/lamp-{shop.lamp['template']}", "/shop/cart")
    with closing(psycopg2.connect(dbname=shop.server.database)) as connection:
        # Whoever writes to these tables, or locks a row of them, waits for this. Odoo's
        # own count of visitors writes to others.
        connection.cursor().execute(
            "LOCK TABLE mindbox_request, mindbox_endpoint, mindbox_operation,"
            " mindbox_consent, mindbox_ledger, queue_job IN EXCLUSIVE MODE"
        )
        for page in pages:
            visitor.open(page)
            customer.open(page)


def test_a_view_is_one_row_in_a_call_of_its_own(shop):
    device = str(uuid.uuid4())
    visitor = shop.visitor(device)
    visitor.open(f"/shop/lamp-{shop.lamp['template']}")
    with closing(psycopg2.connect(dbname=shop.server.database)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        for views in range(3):
            cursor.execute(
                "SELECT count(*) FROM mindbox_request WHERE device_uuid = %s", [device]
            )
            assert cursor.fetchone() == (views,)
            visitor.call("/mindbox/view", kind="product", record_id=shop.lamp["id"])


def test_the_tracker_is_in_the_head_and_told_of_pages_without_the_key(shop):
    visitor = shop.visitor()
    assert "tracker.js" not in visitor.open("/shop")
    websites = shop.rpc("website", "search", [])
    shop.rpc("website", "write", websites, {"mindbox_tracker": True})
    try:
        page = visitor.open(f"/shop/lamp-{shop.lamp['template']}")
        assert f"{shop.sandbox.api_url}/scripts/v1/tracker.js" in page
        assert "viewProduct" in page
        visitor.add(shop.lamp)
        assert "setCart" in visitor.open("/shop/cart")
        assert "sandbox-key" not in page
    finally:
        shop.rpc("website", "write", websites, {"mindbox_tracker": False})


def test_each_event_of_the_readme_names_the_tests_that_show_it():
    readme = (ROOT / "README.md").read_text()
    table = readme[readme.index("| event ") :].split("\n\n")[0]
    named = set(re.findall(r"`(test_\w+)`", table))
    rows = [line for line in table.splitlines()[2:] if "`test_" in line]
    assert len(rows) == len(table.splitlines()) - 2
    files = [*ROOT.glob("tests/test_*.py"), *ROOT.glob("mindbox_*/tests/**/test_*.py")]
    text = "".join(file.read_text() for file in files)
    assert not [name for name in named if f"def {name}(" not in text]
