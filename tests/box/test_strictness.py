"""Profiles and single behaviours are switched while the sandbox runs."""

import pytest
import requests

from tests.sandbox import Sandbox
from tests.sandbox.strictness import BEHAVIOURS, PROFILES

from .sender import TIMEOUT, Sender, last, who


def put(box, value):
    url = f"{box.page_url}/api/settings"
    return requests.put(url, json={"strictness": value}, timeout=TIMEOUT)


def described(box):
    return requests.get(f"{box.page_url}/api/strictness", timeout=TIMEOUT).json()


def test_a_profile_can_be_chosen_by_its_name(box, settings):
    put(box, "kind")
    assert described(box)["profile"] == "kind"


def test_single_behaviours_can_be_changed(box, settings):
    put(box, {"contacts": "move"})
    values = {one["name"]: one["value"] for one in described(box)["behaviours"]}
    assert values == {**PROFILES["strict"], "contacts": "move"}
    assert described(box)["profile"] == "mixed"


def test_a_profile_can_be_changed_with_exceptions(box, settings):
    put(box, {"profile": "kind", "execution": "later"})
    values = {one["name"]: one["value"] for one in described(box)["behaviours"]}
    assert values == {**PROFILES["kind"], "execution": "later"}


def test_every_behaviour_tells_its_values(box):
    shown = {one["name"]: tuple(one["values"]) for one in described(box)["behaviours"]}
    assert shown == {name: one.values for name, one in BEHAVIOURS.items()}


@pytest.mark.parametrize("value", ["gentle", {"manners": "good"}, {"contacts": "x"}])
def test_what_there_is_not_is_refused_in_words(box, value):
    answer = put(box, value)
    assert answer.status_code == 400 and answer.json()["error"]


def test_a_sandbox_is_strict_unless_somebody_says_otherwise():
    with Sandbox() as box:
        assert described(box)["profile"] == "strict"


def test_reset_keeps_the_profile(box, switch):
    switch(contacts="move")
    box.reset()
    assert described(box)["profile"] == "mixed"


def test_the_state_tells_seed_and_behaviours(box):
    state = requests.get(f"{box.page_url}/api/state", timeout=TIMEOUT).json()
    assert state["strictness"] == PROFILES["strict"] and state["seed"] == 7


def test_the_kind_profile_executes_at_once():
    with Sandbox(strictness="kind") as box:
        Sender(box).accept("Website.AuthorizeCustomer", who())
        assert last(box)["effect"] and last(box)["outcome"] == "completed"


def test_the_kind_profile_takes_a_device_or_none():
    with Sandbox(strictness="kind") as box:
        Sender(box).accept("Website.AuthorizeCustomer", who())
        assert not last(box)["warnings"]


def test_the_kind_profile_makes_cards():
    with Sandbox(strictness="kind") as box:
        body = {**who(), "discountCard": {"ids": {"number": "2700"}}}
        Sender(box).accept("Website.IssueDiscountCard", body)
        assert box.one("cards", "2700")["customer"]


def test_the_kind_profile_refuses_unknown_fields_of_the_body():
    with Sandbox(strictness="kind") as box:
        answer = Sender(box).sync("EditCustomer", {**who(), "surprise": 1})
        assert answer.status_code == 400


def test_the_kind_profile_tells_who_is_missing_in_a_merge():
    with Sandbox(strictness="kind") as box:
        body = {
            "customersToMerge": [who("1")["customer"]],
            "resultingCustomer": who("2")["customer"],
        }
        assert Sender(box).sync("MergeCustomers", body).status_code == 400
