"""Lives of customers whom Mindbox knew as one: what was told follows who it is of."""

import pytest


@pytest.fixture
def twins(life):
    """Two guests with one e-mail: what is the second one's is told as the first's."""
    first, second = life.come(1, phone=1), life.come(1)
    for guest in (first, second):
        life.order(guest)
    life.fill_cart(second)
    life.card(second, 30)
    life.people.decide(second, "sms", True)
    life.people.decide(second, "email", False)
    life.settle()
    return first, second


def test_who_gets_an_email_of_his_own_takes_everything_along(life, twins):
    _first, second = twins
    life.people.change(second, email=life.people.email(10))
    life.check()


def test_who_leaves_the_email_to_another_leaves_nothing_else(life, twins):
    first, _second = twins
    life.people.decide(first, "sms", False)
    life.fill_cart(first, 2)
    life.card(first, 20)
    life.people.change(first, email=life.people.email(10))
    life.check()


def test_who_comes_to_have_the_email_of_another_is_that_one(life, twins):
    third = life.come(2)
    life.order(third)
    life.fill_cart(third)
    life.card(third, 70)
    life.settle()
    life.people.decide(third, "email", True)
    life.people.change(third, email=life.people.email(1))
    life.check()


def test_who_is_merged_into_a_third_takes_along_what_was_told_as_anothers(life, twins):
    third = life.come(2)
    life.settle()
    life.people.merge(twins[1], third)
    life.check()


def test_a_person_who_is_merged_into_one_known_as_him_is_told_as_that_one(life, twins):
    life.people.merge(*twins)
    life.check()


def test_who_is_merged_into_one_known_as_another_is_that_other(life, twins):
    third = life.come(2)
    life.order(third)
    life.card(third, 70)
    life.settle()
    life.people.merge(third, twins[1])
    life.check()


def test_a_person_who_is_merged_into_a_third_leaves_the_others_behind(life, twins):
    third = life.come(2)
    life.settle()
    life.people.merge(twins[0], third)
    life.check()


def test_who_signs_up_with_the_email_of_others_is_all_of_them(life, twins):
    life.sign_up(1)
    life.check()


def test_one_of_two_guests_who_gets_an_account_is_both(life, twins):
    life.people.follow_invitation(twins[1])
    life.check()


def test_there_and_back_again_nothing_is_told_twice(life, twins):
    _first, second = twins
    for number in (10, 1, 10):
        life.people.change(second, email=life.people.email(number))
        life.shop.deliver()
    life.check()


def test_an_old_no_is_not_repeated_where_another_one_has_agreed_since(life):
    first, second = life.come(1), life.come(1)
    life.people.decide(first, "sms", False)
    life.people.decide(second, "sms", True)
    third = life.come(2)
    life.settle()
    life.people.merge(third, first)
    life.check()
