"""Lives that are told step by step, and imported in the end."""

import pytest

from .imported import GUIDE, NOT_CARRIED, WAYS, ImportedTruth


@pytest.fixture(params=WAYS)
def way(request):
    return request.param


def test_a_decision_of_a_guest_who_is_known_as_another_one_counts(life, way):
    first, guest = life.come(1), life.come(1)
    life.people.decide(guest, "sms", True)
    life.people.decide(first, "email", True)
    life.people.decide(guest, "email", False)
    life.check_imported(way)


def test_a_decision_of_before_a_guest_decided_otherwise_does_not_count(life, way):
    first, guest = life.come(1), life.come(1)
    life.people.decide(guest, "sms", True)
    life.people.decide(first, "sms", False)
    life.check_imported(way)


def test_a_card_of_a_guest_who_is_known_as_another_one_is_that_ones(life, way):
    first, guest = life.come(1), life.come(1)
    life.card(first, 20)
    life.card(guest, 50)
    life.check_imported(way)


def test_what_an_import_leaves_out_is_in_the_guide():
    words = " ".join(GUIDE.read_text().split())
    assert all(sentence in words for sentence in NOT_CARRIED.values())
    own = {name for name in vars(ImportedTruth) if not name.startswith("_")}
    assert own == NOT_CARRIED.keys()
