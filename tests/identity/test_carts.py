"""Odoo keeps a cart for each order, Mindbox one for each customer: the live one."""

import pytest


@pytest.fixture
def in_cart(at_mindbox):
    """Return {product ID: count} of a customer's cart at Mindbox."""

    def look(customer):
        known = at_mindbox(customer.partner_id)
        items = known["lists"].get("Cart", {"items": []})["items"]
        return {item["product"].split(":")[-1]: item["count"] for item in items}

    return look


def make_cart(shop, customer, product, quantity=1):
    """Another cart of the customer, as left behind on another device."""
    line = {"product_id": product["id"], "product_uom_qty": quantity}
    return shop.rpc(
        "sale.order",
        "create",
        {
            "partner_id": customer.partner_id,
            "website_id": shop.rpc("website", "search", [], limit=1)[0],
            "order_line": [(0, 0, line)],
        },
    )


def restore(shop, customer, cart, how):
    """Follow the link of a recovery mail."""
    shop.rpc("sale.order", "action_preview_sale_order", [cart])
    [order] = shop.rpc("sale.order", "read", [cart], ["access_token"])
    link = f"/shop/cart?id={cart}&access_token={order['access_token']}"
    customer.open(f"{link}&revive_method={how}")


def content(*products):
    return {str(product["id"]): count for product, count in products}


def test_a_cart_restored_by_a_mail_is_the_live_one(shop, in_cart):
    customer = shop.customer()
    stale = make_cart(shop, customer, shop.lamp, 2)
    make_cart(shop, customer, shop.lesson)
    assert in_cart(customer) == content((shop.lesson, 1))
    restore(shop, customer, stale, "squash")
    assert in_cart(customer) == content((shop.lamp, 2))


def test_a_cart_merged_by_a_mail_is_in_the_live_one(shop, in_cart):
    customer = shop.customer()
    stale = make_cart(shop, customer, shop.lamp, 2)
    customer.call("/shop/cart/clear")
    customer.add(shop.lesson)
    live = make_cart(shop, customer, shop.lesson)
    restore(shop, customer, live, "squash")
    restore(shop, customer, stale, "merge")
    assert in_cart(customer) == content((shop.lamp, 2), (shop.lesson, 1))


@pytest.mark.parametrize("end", ("action_cancel", "unlink"))
def test_a_stale_second_cart_that_ends_leaves_the_live_one(shop, in_cart, end):
    customer = shop.customer()
    stale = make_cart(shop, customer, shop.lamp)
    make_cart(shop, customer, shop.lesson, 3)
    shop.rpc("sale.order", end, [stale])
    assert in_cart(customer) == content((shop.lesson, 3))


def test_an_order_set_back_to_quotation_leaves_the_open_cart(shop, in_cart):
    customer = shop.customer()
    customer.add(shop.lamp)
    order = customer.order()
    make_cart(shop, customer, shop.lesson)
    shop.rpc("sale.order", "action_cancel", [order])
    shop.rpc("sale.order", "action_draft", [order])
    assert in_cart(customer) == content((shop.lesson, 1))


def test_an_order_empties_the_cart_only_where_no_other_is_left(shop, in_cart):
    customer = shop.customer()
    make_cart(shop, customer, shop.lamp)
    newest = make_cart(shop, customer, shop.lesson)
    shop.rpc("sale.order", "action_confirm", [newest])
    assert in_cart(customer) == content((shop.lamp, 1))
    restored = shop.rpc(
        "sale.order",
        "search",
        [("partner_id", "=", customer.partner_id), ("state", "=", "draft")],
    )
    shop.rpc("sale.order", "action_confirm", restored)
    assert in_cart(customer) == {}


def test_the_cart_of_a_visitor_who_logs_in_is_the_live_one(shop, in_cart):
    customer = shop.customer()
    make_cart(shop, customer, shop.lamp)
    visitor = shop.visitor()
    visitor.add(shop.lesson, 2)
    visitor.log_in(customer)
    visitor.open("/shop/cart")
    assert in_cart(customer) == content((shop.lesson, 2))


def test_a_product_in_several_lines_is_summed(shop, in_cart):
    customer = shop.customer()
    cart = make_cart(shop, customer, shop.lamp, 2)
    engraved = {"product_id": shop.lamp["id"], "product_uom_qty": 3, "order_id": cart}
    shop.rpc("sale.order.line", "create", {**engraved, "name": "Lamp, engraved"})
    assert in_cart(customer) == content((shop.lamp, 5))


def test_an_order_without_logging_in_leaves_the_cart_of_the_account(shop, in_cart):
    customer = shop.customer()
    customer.add(shop.lamp, 2)
    assert in_cart(customer) == content((shop.lamp, 2))
    visitor = shop.visitor()
    visitor.add(shop.lesson)
    visitor.give_address(email=customer.email)
    visitor.pay()
    assert in_cart(customer) == content((shop.lamp, 2))
