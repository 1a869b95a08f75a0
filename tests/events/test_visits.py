"""What people look at and wish for, and that reading costs the shop nothing."""

import re
import uuid
from contextlib import closing

import psycopg2

from ..shop import KEY

OPERATIONS = {"view": "ViewRecommendations", "click": "ClickRecommendation"}


def test_the_wish_list_of_a_visitor_is_told_at_login(shop, wait_until):
    customer = shop.customer()
    visitor = shop.visitor()
    visitor.call("/shop/wishlist/add", product_id=shop.lamp["id"])
    visitor.log_in(customer)
    call = shop.arrived_for(customer, "SetWishList", wait_until)
    assert call["body"]["productList"][0]["product"]["ids"] == {
        "website": str(shop.lamp["id"])
    }


def test_who_waits_for_a_product_by_mail_is_told(shop, wait_until):
    visitor = shop.visitor()
    visitor.call(
        "/shop/add/stock_notification", email=visitor.email, product_id=shop.lamp["id"]
    )
    registered = shop.arrived(
        "RegisterCustomer",
        wait_until,
        lambda c: c["body"]["customer"].get("email") == visitor.email,
    )
    call = shop.arrived(
        "SetBackInStockList",
        wait_until,
        lambda c: c["body"]["customer"]["ids"] == registered["body"]["customer"]["ids"],
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


def test_mindbox_recommends_and_is_told_what_is_seen_and_clicked(shop, wait_until):
    told = [("event", "=like", "recommendation_%"), ("active", "=", False)]
    operations = shop.rpc("mindbox.operation", "search", told)
    shop.rpc("mindbox.operation", "write", operations, {"active": True})
    shop.set(recommendation_operation="Website.GetRecommendations")
    device = str(uuid.uuid4())
    person = shop.visitor(device)
    person.call("/mindbox/view", kind="product", record_id=shop.lamp["id"])
    shop.arrived("ViewProduct", wait_until, lambda c: c["device_uuid"] == device)
    shop.sandbox.settle()
    [block] = shop.rpc(
        "website.snippet.filter", "search", [("name", "=", "Recommended by Mindbox")]
    )
    template = "website_sale.dynamic_filter_template_product_product_products_item"
    cards = person.call(
        "/website/snippet/filters", filter_id=block, template_key=template, limit=4
    )
    assert 'data-mindbox-source="mindbox"' in cards[0]
    shown = [int(re.search(r'data-mindbox-product="(\d+)"', c).group(1)) for c in cards]
    assert shop.lamp["id"] in shown
    for kind, name in OPERATIONS.items():
        facts = {"kind": kind, "product_ids": shown, "source": "mindbox"}
        assert person.call("/mindbox/recommendation", **facts)
        call = shop.arrived(name, wait_until)
        fields = call["body"]["customerAction"]["customFields"]
        assert fields["recommendationSource"] == "mindbox"


def test_a_flood_of_views_is_not_listened_to(shop):
    script = shop.visitor(str(uuid.uuid4()))
    recorded = [
        script.call("/mindbox/view", kind="product", record_id=shop.lamp["id"])
        for _number in range(200)
    ]
    # Each of the workers counts for itself.
    assert sum(recorded) <= 3 * 40


def test_what_is_no_product_is_no_view_and_no_fault(shop):
    visitor = shop.visitor(str(uuid.uuid4()))
    for record_id in (True, -1, 0, 2**31, 10**30, 1.0, "1", [1], None):
        assert (
            visitor.call("/mindbox/view", kind="product", record_id=record_id) is False
        )
    assert visitor.call("/mindbox/view", kind=["product"], record_id=1) is False


def test_an_oversized_call_is_refused_before_it_is_read(shop):
    customer = shop.customer()
    for path in ("/mindbox/view", "/my/orders/1/favorite"):
        body = {"jsonrpc": "2.0", "params": {"name": "x" * 1_000_000}}
        answer = customer.ask("POST", path, json=body)
        assert "RequestEntityTooLarge" in answer.text, answer.text[:200]


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
        assert KEY not in page
    finally:
        shop.rpc("website", "write", websites, {"mindbox_tracker": False})
