"""Returns, exchanges, what is given up: from the transfer to the order at Mindbox."""

import pytest

from .back_office import BackOffice


@pytest.fixture
def office(shop, wait_until):
    return BackOffice(shop, wait_until)


def test_what_is_given_up_is_neither_shipped_nor_paid_for(office):
    order = office.place(5)
    order.ship(3, backorder=False)
    order.comes_to(300, {"Delivered": 3, "Cancelled": 2})


def test_an_exchange_is_delivered_again(office):
    order = office.place(2)
    first = order.ship(2)
    order.comes_to(200, {"Delivered": 2})
    order.take_back(first, 1, exchange=True)
    order.ship(1)
    order.comes_to(200, {"Delivered": 2})
    assert order.last_status() == "Delivered"


def test_shipped_is_not_told_while_a_return_is_open(office):
    order = office.place(5)
    first = order.ship(2)
    back = order.ask_back(first, 1)
    rest = order.ship(3)
    order.settles()
    assert "Delivered" not in order.statuses()
    order.receive(back, 1)
    order.comes_to(400, {"Delivered": 4, "Returned": 1})
    assert rest


def test_a_product_added_after_a_return_does_not_unreturn_the_goods(office):
    order = office.place(3)
    order.take_back(order.ship(3), 1)
    order.comes_to(200, {"Delivered": 2, "Returned": 1})
    order.add(office.shop.lesson)
    order.comes_to(300, {"Delivered": 3, "Returned": 1})


@pytest.mark.parametrize("style", ["string", "none"])
def test_a_line_added_later_gets_the_status_of_the_others(office, style):
    with office.line_status(style):
        order = office.place(1, product=office.shop.lesson)
        order.comes_to(100, {"Confirmed": 1})
        order.add(office.shop.lesson)
        order.comes_to(200, {"Confirmed": 2})


def test_where_lines_carry_no_status_a_return_survives_a_change(office):
    with office.line_status("none"):
        order = office.place(3)
        first = order.ship(3)
        order.take_back(first, 1)
        order.take_back(first, 0.5)
        order.add(office.shop.lesson)
        order.comes_to(250, {"Delivered": 2.5, "Returned": 1.5})
