"""Lives that are told step by step: what random ones have met, or did not dare.

Each ends as a random one does: both sides have the same.
"""


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
