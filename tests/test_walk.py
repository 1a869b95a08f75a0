"""The README's ten-minute walk: what people click, and what Mindbox then holds."""

import databases
import pytest

from . import browser, storefront
from .walk import Customer


@pytest.fixture(scope="module")
def chromium():
    with browser.launched() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def shop(pg):
    with storefront.opened(databases.ready(), "walk", gather=None) as shop:
        shop.rpc("loyalty.program", "create_from_template", "loyalty")
        umbrella = shop.make_product("Umbrella", is_storable=True)
        sold_out = {"allow_out_of_stock_order": False}
        shop.rpc("product.template", "write", umbrella["template"], sold_out)
        yield shop


@pytest.fixture
def customer(shop, chromium):
    """A new customer; the console of his browser stays clean."""
    number = shop.rpc("res.partner", "search_count", [])
    address = f"walker{number}@example.com"
    walker = Customer(chromium, shop.server.url, f"Anna Walker{number}", address)
    walker.sign_up(wants_news=True)
    yield walker
    walker.close()
    assert not walker.faults


def held(shop, customer):
    """What Mindbox holds of a customer, once it has worked off all it was told."""
    shop.sandbox.settle()
    found = shop.sandbox.control("GET", f"customers?q={customer.email}")["customers"]
    return next(iter(found), {})


def becomes(shop, customer, wait_until, **wanted):
    """Wait until Mindbox holds of a customer what is wanted of him."""

    def look():
        person = held(shop, customer)
        return all(person.get(name) == value for name, value in wanted.items())

    try:
        wait_until(look, 30, every=0.3)
    except AssertionError:
        raise AssertionError(f"{wanted} wanted, held: {held(shop, customer)}") from None


def order_of(shop, customer):
    """The newest order that Mindbox holds of a customer."""
    orders = shop.sandbox.control("GET", f"orders?q={customer.name}")["orders"]
    return orders[0] if orders else {}


def test_a_customer_looks_wishes_waits_and_fills_a_cart(shop, customer, wait_until):
    customer.log_out()
    customer.come_back()
    customer.look_into_category()
    customer.wish("Lamp")
    customer.wait_for_stock("Umbrella")
    customer.put_in_cart("Lesson")
    customer.add_one()
    lists = {"WishList": 1, "Cart": 1, "BackInStock": 1}
    becomes(shop, customer, wait_until, lists=lists, views=4)
    customer.wish_no_more()
    customer.empty_cart()
    lists = {"WishList": 0, "Cart": 0, "BackInStock": 1}
    becomes(shop, customer, wait_until, lists=lists)


def test_a_customer_buys_gets_points_and_changes_the_details(
    shop, customer, wait_until
):
    customer.put_in_cart("Lamp")
    customer.buy()
    becomes(shop, customer, wait_until, orders=1, mobilePhone="79165550101")
    wait_until(lambda: held(shop, customer)["cards"], 30)
    customer.edit_details(phone="+79165550102")
    becomes(shop, customer, wait_until, mobilePhone="79165550102")
    customer.choose_subscriptions("sms")
    customer.mark_favorite()
    wait_until(shop.settled, 30)
    order = order_of(shop, customer)
    assert order["customFields"]["isFavorite"]
    assert order["statuses"] == ["Paid"]
