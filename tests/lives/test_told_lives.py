"""Lives that are told step by step: what random ones have met, or did not dare.

Each ends as a random one does: both sides have the same.
"""

from contextlib import contextmanager

import pytest

from .ending import check
from .people import People


class Life:
    """One life: its people, and the orders that they have placed."""

    def __init__(self, shop, number):
        shop.begin()
        self.shop, self.people, self.placed = shop, People(shop, number), set()
        self.settle = shop.settle

    def come(self, email, phone=0):
        self.people.come(email, phone)
        return self.people.ids[-1]

    def sign_up(self, email):
        self.people.sign_up(email)
        return self.people.ids[-1]

    def order(self, who, quantity=1):
        order = self.people.order(who, self.shop.lesson, quantity)
        self.placed.add(order)
        return order

    def fill_cart(self, who, quantity=1):
        self.people.fill_cart(who, self.shop.lamp, quantity)

    def card(self, who, points=50):
        """Give points, on a card that is new; return its ID."""
        self.people.give_points(who, points)
        with self.people.acting("loyalty.card") as cards:
            return cards.search([("partner_id", "=", who)], limit=1).id

    def owner_of(self, card):
        """Return the ID of the customer who has a card at Mindbox."""
        with self.people.acting("loyalty.card", card) as known:
            number = known.code
        world = self.shop.box.server.world
        owner = self.shop.box.on_loop(lambda: world.cards.owner(number))
        return owner and int(owner.ids["websiteID"])

    @contextmanager
    def failing(self, whose, by="customers", **fault):
        """Have the calls of a customer, or of an operation, fail for a while."""
        box = self.shop.box
        whose = [f"websiteID:{whose}"] if by == "customers" else f"Website.{whose}"
        box.faults.set("500", **{by: whose}, **fault)
        yield
        box.faults.clear()

    def check(self):
        check(self.shop, self.placed)


@pytest.fixture
def life(shop, request):
    return Life(shop, 900 + request.session.items.index(request.node))


# -- what a merge in Mindbox hands on ---
def test_who_signs_up_inherits_no_phone_of_the_guest(life):
    guest = life.come(1, phone=1)
    life.fill_cart(guest)
    life.settle()
    life.sign_up(1)
    life.check()


def test_a_phone_that_was_just_removed_does_not_come_back_by_a_merge(life):
    winner, loser = life.come(1), life.come(2, phone=1)
    life.settle()
    life.people.change(loser, phone=False)
    life.people.merge(loser, winner)
    life.check()


def test_a_guest_who_is_invited_inherits_no_phone_of_another_one(life):
    first, second = life.come(1, phone=1), life.come(1, phone=2)
    for guest in (first, second):
        life.fill_cart(guest)
        life.order(guest)
    life.settle()
    life.people.follow_invitation(second)
    life.check()


def test_a_guest_with_two_contacts_less_is_told_without_them(life):
    guest = life.come(1, phone=1)
    life.settle()
    life.people.change(guest, email=False, phone=False)
    life.check()


def test_what_the_winner_has_by_now_is_not_taken_away(life):
    winner, loser = life.come(1), life.come(2, phone=1)
    life.settle()
    life.people.change(loser, phone=False)
    life.people.merge(loser, winner)
    life.people.change(winner, phone=life.people.phone(2))
    life.check()


# -- decisions that wait behind a profile ---
def test_a_decision_of_who_is_merged_into_somebody_known_counts(life):
    winner = life.sign_up(1)
    life.settle()
    loser = life.come(2, phone=2)
    life.people.decide(loser, "sms", False)
    life.people.merge(loser, winner)
    life.check()


# -- a contact that has gone to somebody else, before Mindbox heard that it was left ---
def test_a_phone_is_its_takers_though_the_leaver_is_told_later(life):
    leaver, taker = life.come(1, phone=1), life.come(2)
    life.settle()
    life.people.change(leaver, phone=False)
    life.people.change(taker, phone=life.people.phone(1))
    with life.failing(leaver):
        life.shop.deliver()
    life.check()


def test_a_phone_that_was_changed_is_its_takers_though_that_is_told_later(life):
    leaver, taker = life.come(1, phone=1), life.come(2)
    life.settle()
    life.people.change(leaver, phone=life.people.phone(2))
    life.people.change(taker, phone=life.people.phone(1))
    with life.failing(leaver):
        life.shop.deliver()
    life.check()


def test_a_phone_of_who_was_merged_is_its_takers_though_that_is_told_later(life):
    winner, loser, taker = life.come(1), life.come(2, phone=1), life.come(3)
    life.settle()
    life.people.merge(loser, winner)
    life.people.change(winner, phone=False)
    life.people.change(taker, phone=life.people.phone(1))
    with life.failing("MergeCustomers", by="operation"):
        life.shop.deliver()
    life.check()


def test_a_phone_that_the_survivor_hands_on_between_merge_and_edit_is_the_takers(life):
    winner, loser, taker = life.come(1), life.come(2, phone=1), life.come(3)
    life.settle()
    life.people.change(loser, phone=False)
    life.people.merge(loser, winner)
    life.people.change(taker, phone=life.people.phone(1))
    with life.failing("EditCustomer", by="operation", times=1):
        life.shop.deliver()
    life.check()


def test_a_guests_phone_is_its_takers_when_the_guest_signs_up(life):
    guest, taker = life.come(1, phone=1), life.come(2)
    life.fill_cart(guest)
    life.settle()
    life.sign_up(1)
    life.people.change(guest, phone=False)
    life.people.change(taker, phone=life.people.phone(1))
    with life.failing("MergeCustomers", by="operation"):
        life.shop.deliver()
    life.check()


# -- cards that wait ---
def test_a_card_whose_owner_is_merged_while_it_waits_is_the_winners(life):
    winner, loser = life.come(1), life.come(2)
    life.settle()
    card = life.card(loser)
    life.shop.deliver()
    life.people.merge(loser, winner)
    life.check()
    assert life.owner_of(card) == winner
    assert not life.shop.rows("rejected")


def test_a_card_made_for_one_who_is_merged_before_it_is_issued_is_the_winners(life):
    winner, loser = life.come(1), life.come(2)
    life.settle()
    card = life.card(loser)
    for _time in range(2):
        life.shop.deliver()
    life.shop.box.settle()
    life.shop.box.wait_imports()
    life.people.merge(loser, winner)
    life.check()
    assert life.owner_of(card) == winner
    assert not life.shop.rows("rejected")


def test_a_card_that_is_handed_over_before_it_is_made_is_the_takers(life):
    giver, taker = life.come(1), life.come(2)
    life.settle()
    card = life.card(giver)
    life.people.hand_over(card, taker)
    life.check()
    assert life.owner_of(card) == taker
    assert not life.shop.rows("rejected")


def test_a_card_that_is_handed_over_once_it_is_made_is_told_to_somebody(life):
    """Only Mindbox can move it; the points on it have moved."""
    giver, taker = life.come(1), life.come(2)
    life.settle()
    card = life.card(giver)
    life.shop.deliver()
    life.people.hand_over(card, taker)
    life.check()
    assert life.owner_of(card) == giver
    [refused] = life.shop.rows("rejected")
    assert "another customer" in refused["error"]


def test_a_refused_card_is_issued_once_giver_and_taker_are_one(life):
    giver, taker = life.come(1), life.come(2)
    life.settle()
    card = life.card(giver)
    life.shop.deliver()
    life.people.hand_over(card, taker)
    life.settle()
    assert life.shop.rows("rejected")
    life.people.merge(giver, taker)
    life.check()
    assert life.owner_of(card) == taker
    assert not life.shop.rows("rejected")


# -- customers whom Mindbox knew as one ---
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
