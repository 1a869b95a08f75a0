"""Carts and orders, from what a person does to the body at Mindbox."""

import pytest


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
    guest.give_address()
    guest.pay()
    created = shop.arrived(
        "CreateUnauthorizedOrder",
        wait_until,
        lambda c: c["body"]["customer"].get("email") == guest.email,
    )
    order = created["body"]["order"]
    assert order["totalPrice"] == 200.0
    assert created["effect"] and not created["warnings"], created["warnings"]
    assert order["lines"][0]["status"] in ("Created", "Confirmed", "Paid")
    number = order["ids"]["websiteID"]
    shop.arrived(
        "UpdateOrderStatus",
        wait_until,
        lambda c: c["body"]["order"]["ids"]["websiteID"] == number
        and c["body"].get("orderLinesStatus") == "Paid",
    )


def test_a_customer_buys_and_the_cart_is_cleared_after_the_order(shop, wait_until):
    customer = shop.customer()
    customer.add(shop.lesson)
    customer.give_address(partner_id=customer.partner_id)
    customer.pay()
    created = shop.arrived_for(customer, "CreateAuthorizedOrder", wait_until)
    cleared = shop.arrived_for(customer, "ClearCart", wait_until)
    assert created["seq"] < cleared["seq"]


def test_goods_are_shipped_in_two_parts_and_one_comes_back_twice(shop, wait_until):
    order, told = confirm(shop, shop.lamp, 5, wait_until)
    told(
        lambda body: body["order"]["lines"][0]["status"] == "Confirmed",
        "CreateUnauthorizedOrder",
    )
    first = ship(shop, order, 2)
    of_order = [("res_id", "=", order), ("event", "=", "order_status")]
    skipped = shop.rows(domain=[*of_order, ("state", "=", "skipped")])
    assert len(skipped) == 1, "no status is mapped for partially shipped"
    ship(shop, order, 3)
    told(lambda body: body.get("orderLinesStatus") == "Delivered")
    for quantity, returned in ((1, 1), (0.5, 1.5)):
        take_back(shop, first, quantity)
        body = told(
            lambda body: [
                line
                for line in body["order"]["lines"]
                if line["status"] == "Returned" and line["quantity"] == returned  # noqa: B023
            ],
            "UpdateOrder",
        )["body"]
        kept, back = body["order"]["lines"]
        assert kept["lineId"] == back["lineId"]
        assert kept["quantity"] + back["quantity"] == 5


def confirm(shop, product, quantity, wait_until):
    """Place an order in the back office.

    :return: its ID, and a function that waits for a call about it that matches
    """
    buyer = shop.rpc("res.partner", "create", {"name": "B Buyer", "email": "b@x.com"})
    line = (0, 0, {"product_id": product["id"], "product_uom_qty": quantity})
    values = {"partner_id": buyer, "order_line": [line]}
    order = shop.rpc("sale.order", "create", values)
    shop.rpc("sale.order", "action_confirm", [order])
    [row] = shop.rpc("sale.order", "read", [order], ["name"])

    def told(matches, operation="UpdateOrderStatus"):
        return shop.arrived(
            operation,
            wait_until,
            lambda call: call["body"]["order"]["ids"]["websiteID"] == row["name"]
            and matches(call["body"]),
        )

    return order, told


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
