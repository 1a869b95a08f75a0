"""The same events by other paths than the shop's pages: RPC and Odoo's import."""

import uuid

import pytest


@pytest.fixture
def customer(shop):
    """A customer with an account, who has arrived."""
    return shop.customer()


def unique_email():
    return f"{uuid.uuid4().hex[:8]}@example.com"


def load(shop, model, names, rows):
    """Import rows as the import screen does."""
    result = shop.rpc(model, "load", names, rows)
    assert result["ids"], result["messages"]
    return result["ids"]


def write(shop, model, record_id, **values):
    shop.rpc(model, "write", [record_id], values)


def make_order(shop, customer, **values):
    line = (0, 0, {"product_id": shop.lesson["id"], "product_uom_qty": 1})
    values = {"partner_id": customer.partner_id, "order_line": [line], **values}
    order = shop.rpc("sale.order", "create", values)
    name = shop.rpc("sale.order", "read", [order], ["name"])[0]["name"]
    return order, lambda call: call["body"]["order"]["ids"]["websiteID"] == name


def test_an_imported_customer_and_its_imported_edit_are_told(shop, wait_until):
    email, number = unique_email(), f"import_{uuid.uuid4().hex[:8]}"
    names = ["id", "name", "email", "customer_rank"]
    load(shop, "res.partner", names, [[number, "Olga Orlova", email, "1"]])

    def is_olga(call):
        return call["body"]["customer"].get("email") == email

    shop.arrived("RegisterCustomer", wait_until, is_olga)
    load(shop, "res.partner", ["id", "name"], [[number, "Olga Sokolova"]])
    shop.arrived(
        "EditCustomer",
        wait_until,
        lambda c: is_olga(c) and c["body"]["customer"]["fullName"].endswith("Sokolova"),
    )


def test_an_address_on_the_blacklist_is_unsubscribed(shop, customer, wait_until):
    shop.rpc("mail.blacklist", "create", {"email": customer.email})
    call = shop.arrived_for_subscription(customer, "EditCustomer", wait_until)
    assert call["body"]["customer"]["subscriptions"] == [
        {"pointOfContact": "Email", "isSubscribed": False}
    ]


def test_an_imported_card_is_issued_with_its_points(shop, customer, wait_until):
    program = shop.rpc(
        "loyalty.program", "create", {"name": "Import", "program_type": "loyalty"}
    )
    names = ["program_id/.id", "partner_id/.id", "points"]
    [card] = load(
        shop, "loyalty.card", names, [[str(program), str(customer.partner_id), "70"]]
    )
    code = shop.rpc("loyalty.card", "read", [card], ["code"])[0]["code"]
    issued = shop.arrived_for(customer, "IssueDiscountCard", wait_until)
    assert issued["body"]["discountCard"] == {"ids": {"number": code}}
    changed = shop.arrived_for(customer, "ChangeCustomerBalance", wait_until)
    assert changed["body"]["balanceChanges"][0]["changeAmount"] == 70


def test_a_cart_changed_and_emptied_over_rpc_is_told(shop, customer, wait_until):
    customer.add(shop.lamp)
    shop.arrived_for(customer, "SetCart", wait_until)
    [line] = shop.rpc(
        "sale.order.line", "search", [("order_partner_id", "=", customer.partner_id)]
    )
    write(shop, "sale.order.line", line, product_uom_qty=7)
    shop.arrived(
        "SetCart",
        wait_until,
        lambda c: c["body"].get("productList", [{}])[0].get("count") == 7,
    )
    shop.rpc("sale.order.line", "unlink", [line])
    shop.arrived_for(customer, "ClearCart", wait_until)


def test_a_wish_made_and_removed_over_rpc_is_told(shop, customer, wait_until):
    [website] = shop.rpc("website", "search", [], limit=1)
    wish = shop.rpc(
        "product.wishlist",
        "create",
        {
            "partner_id": customer.partner_id,
            "product_id": shop.lamp["id"],
            "website_id": website,
        },
    )
    shop.arrived_for(customer, "SetWishList", wait_until)
    shop.rpc("product.wishlist", "unlink", [wish])
    shop.arrived_for(customer, "ClearWishList", wait_until)


def test_who_waits_for_a_product_is_told_over_rpc(shop, customer, wait_until):
    waiting = {"stock_notification_partner_ids": [(4, customer.partner_id)]}
    write(shop, "product.product", shop.lamp["id"], **waiting)
    call = shop.arrived_for(customer, "SetBackInStockList", wait_until)
    assert len(call["body"]["productList"]) == 1


def test_an_order_of_the_back_office_is_told_changed_and_cancelled(
    shop, customer, wait_until
):
    order, is_it = make_order(shop, customer)
    shop.rpc("sale.order", "action_confirm", [order])
    shop.arrived("CreateAuthorizedOrder", wait_until, is_it)
    [line] = shop.rpc("sale.order.line", "search", [("order_id", "=", order)])
    write(shop, "sale.order.line", line, product_uom_qty=3)
    shop.arrived(
        "UpdateOrder",
        wait_until,
        lambda c: is_it(c) and c["body"]["order"]["totalPrice"] == 300,
    )
    write(shop, "sale.order", order, state="cancel")
    shop.arrived(
        "UpdateOrderStatus",
        wait_until,
        lambda c: is_it(c) and c["body"].get("orderLinesStatus") == "Cancelled",
    )


def test_a_favourite_marked_over_rpc_is_told(shop, customer, wait_until):
    order, is_it = make_order(shop, customer)
    shop.rpc("sale.order", "action_confirm", [order])
    write(shop, "sale.order", order, is_favorite=True, favorite_name="Monthly")
    call = shop.arrived("SetFavoriteOrder", wait_until, is_it)
    assert call["body"]["order"]["customFields"]["favoriteName"] == "Monthly"


def test_an_imported_price_is_told_where_that_is_switched_on(shop, wait_until):
    operations = [("event", "=", "product_set"), ("active", "in", [True, False])]
    operations = shop.rpc("mindbox.operation", "search", operations)
    shop.rpc("mindbox.operation", "write", operations, {"active": True})
    try:
        names = [".id", "list_price"]
        chair = shop.make_product("Chair")
        load(shop, "product.template", names, [[str(chair["template"]), "123"]])
        call = shop.arrived("SaveProduct", wait_until)
        assert "123" in str(call["body"])
    finally:
        shop.rpc("mindbox.operation", "write", operations, {"active": False})
