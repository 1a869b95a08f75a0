"""Invoices, credit notes and refunds, from the back office to the order at Mindbox."""

import pytest

from .back_office import BackOffice


@pytest.fixture
def office(shop, wait_until):
    return BackOffice(shop, wait_until)


@pytest.fixture
def paid(office):
    """An order of two lessons whose invoice is paid, and the invoice."""
    order = office.place(2, product=office.shop.lesson)
    invoice = order.invoice()
    order.pay(invoice)
    order.comes_to(200, {"Paid": 2})
    return order, invoice


def test_a_credit_note_lowers_the_price_and_gives_money_back(paid):
    order, invoice = paid
    order.credit(invoice, {"Lesson": 30})
    order.comes_to(140, {"Paid": 2}, returned=60)


def test_a_credit_note_of_all_returns_it(paid):
    order, invoice = paid
    order.credit(invoice)
    order.comes_to(0, {"Returned": 2}, returned=200)


def test_a_credit_note_that_is_cancelled_again_undoes_the_return(paid):
    order, invoice = paid
    note = order.credit(invoice)
    order.comes_to(0, {"Returned": 2}, returned=200)
    office = order.office
    office.rpc("account.move", "button_draft", [note])
    order.comes_to(200, {"Paid": 2}, returned=200)
    office.rpc("account.move", "action_post", [note])
    order.comes_to(0, {"Returned": 2}, returned=200)


def test_what_is_reversed_and_invoiced_anew_is_paid_and_never_returned(office):
    order = office.place(2, product=office.shop.lesson)
    again = order.reverse(order.invoice(), "modify_moves")
    order.comes_to(200, {"Confirmed": 2}, returned=0)
    office.rpc("account.move", "action_post", [again])
    order.pay(again)
    order.comes_to(200, {"Paid": 2}, returned=0)


def test_a_credit_note_for_the_delivery_only(office):
    shipping = office.shop.make_product("Shipping", type="service")
    order = office.place(1, product=office.shop.lesson)
    order.add(shipping, is_delivery=True)
    invoice = order.invoice()
    order.pay(invoice)
    order.comes_to(200, {"Paid": 1}, delivery=100)
    order.credit(invoice, {"Shipping": 100})
    order.comes_to(100, {"Paid": 1}, returned=100, delivery=0)


def test_a_down_payment_refunded_in_part(office):
    order = office.place(2, product=office.shop.lesson)
    invoice = order.pay_down(80)
    order.credit(invoice, {"Down": 30})
    order.comes_to(200, {"Confirmed": 2}, returned=30)


def test_a_refund_by_the_provider_is_told(office, shop):
    order = office.buy(shop.lesson, 2)
    order.comes_to(200, {"Paid": 2})
    order.refund(50)
    order.comes_to(150, {"Paid": 2}, returned=50)


def test_money_that_arrives_after_a_cancellation_changes_no_status(office):
    order = office.place(1, product=office.shop.lesson)
    invoice = order.invoice()
    order.cancel()
    order.comes_to(0, {"Cancelled": 1})
    order.pay(invoice)
    order.comes_to(0, {"Cancelled": 1})


def test_a_paid_order_that_is_cancelled_changed_and_confirmed_again(paid):
    order, _invoice = paid
    order.cancel()
    order.comes_to(0, {"Cancelled": 2})
    order.office.rpc("sale.order", "action_draft", [order.id])
    order.add(order.office.shop.lesson)
    order.office.rpc("sale.order", "action_confirm", [order.id])
    order.comes_to(300, {"Confirmed": 3})


def test_an_order_below_zero_costs_nothing(office):
    order = office.place(1, product=office.shop.lesson)
    order.add(office.shop.lesson, -5)
    order.comes_to(0, {"Confirmed": 1})
