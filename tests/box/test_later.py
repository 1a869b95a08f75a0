"""Asynchronous calls are accepted first, and executed later."""

import time
import uuid

import requests

from tests.sandbox import Sandbox

from .sender import TIMEOUT, Sender, last, who

EDIT = "Website.EditCustomer"
NOBODYS_ORDER = {"order": {"ids": {"websiteID": "O1"}}, "orderLinesStatus": "Paid"}


def touch(api, ident="42", **query):
    return api.accept("Website.AuthorizeCustomer", who(ident), **query)


def executed_in_order(box):
    """Customers in the order in which their calls were executed."""
    calls = sorted(box.calls(), key=lambda call: call["executed_at"])
    return [call["customer"]["key"] for call in calls]


def test_an_accepted_call_has_no_effect_yet(api, box):
    assert touch(api).json() == {"status": "Success"}
    assert not last(box)["effect"] and last(box)["outcome"] == "processing"


def test_it_has_its_effect_when_its_time_comes(api, box, settings):
    settings(async_seconds=[0.2, 0.2])
    touch(api)
    time.sleep(0.1)
    assert last(box)["executed_at"] is None
    assert box.settle(now=False)
    assert last(box)["executed_at"] and last(box)["outcome"] == "remarks"


def test_a_synchronous_call_does_not_wait(api, box):
    api.accept("Website.RegisterCustomer", who(), "sync")
    assert last(box)["effect"]


def test_calls_are_executed_in_another_order_than_they_came(api, box):
    came = [f"websiteID:{number}" for number in range(20)]
    for number in range(20):
        touch(api, str(number))
    box.settle()
    order = executed_in_order(box)
    assert sorted(order) == sorted(came) and order != came


def test_the_order_is_the_same_for_a_seed(api, box, settings):
    # Long delays, so that the moments of arrival do not matter.
    orders = []
    for seed in (1, 1, 2):
        box.reset()
        settings(seed=seed, async_seconds=[0, 1000])
        for number in range(12):
            touch(api, str(number))
        box.settle()
        orders.append(executed_in_order(box))
    assert orders[0] == orders[1] != orders[2]


def test_a_failure_is_in_the_log_only(api, box):
    answer = api.send("Website.UpdateOrderStatus", NOBODYS_ORDER)
    assert answer.json() == {"status": "Success"}
    (row,) = box.operation_log(state="failed")
    assert row["messages"] == "The order was not found"


def test_a_status_that_overtakes_its_order_is_lost(api, box, settings):
    api.register()
    settings(async_seconds=[0, 0])
    api.send("Website.UpdateOrderStatus", NOBODYS_ORDER)
    body = {**who(), "order": {"ids": {"websiteID": "O1"}, "lines": [{"quantity": 1}]}}
    api.send("Website.UpdateOrder", body)
    assert box.orders[0]["statuses"] == [""]


def test_the_key_of_a_waiting_call_is_used_up(api, box):
    key = str(uuid.uuid4())
    for _ in range(2):
        touch(api, transactionId=key)
    assert [call["duplicate"] for call in box.calls()] == [False, True]


def test_settling_waits_until_everything_is_executed(api, box, settings):
    settings(async_seconds=[0, 0.3])
    for number in range(5):
        touch(api, str(number))
    url = f"{box.page_url}/api/settle"
    answer = requests.post(url, json={"timeout": 5}, timeout=TIMEOUT).json()
    assert answer == {"settled": True, "waiting": 0}
    assert all(call["executed_at"] for call in box.calls())


def test_settling_tells_when_time_was_too_short(api, box, settings):
    settings(async_seconds=[9, 9])
    touch(api)
    url = f"{box.page_url}/api/settle"
    answer = requests.post(url, json={"timeout": 0.1}, timeout=TIMEOUT).json()
    assert answer == {"settled": False, "waiting": 1}


def test_reset_forgets_what_waits(api, box):
    touch(api)
    box.reset()
    box.settle()
    assert box.counts["effects"] == 0


def test_calls_wait_behind_a_closed_listener_and_are_executed(api, box):
    touch(api)
    box.faults.set("refused")
    assert box.settle() and last(box)["effect"]


def test_the_counters_tell_what_failed_after_its_answer(api, box):
    api.send("Website.UpdateOrderStatus", NOBODYS_ORDER)
    assert (box.counts["failed_late"], box.counts["errors"]) == (1, 1)


def test_a_newer_status_stays_whichever_is_executed_last(api, box):
    api.register()
    line = {"lineId": "1", "lineNumber": 1, "quantity": 1, "status": "Created"}
    stamps = [f"05.03.2026 10:00:0{second}.000" for second in range(3)]
    order = {"ids": {"websiteID": "O1"}, "lines": [line]}
    body = {**who(), "order": order, "executionDateTimeUtc": stamps[0]}
    api.sync("UpdateOrder", body)
    paid = {**NOBODYS_ORDER, "executionDateTimeUtc": stamps[2]}
    api.send("Website.UpdateOrderStatus", paid)
    api.send("Website.UpdateOrder", {**body, "executionDateTimeUtc": stamps[1]})
    assert box.orders[0]["statuses"] == ["Paid"]


def test_at_once_is_a_choice(api, box, switch):
    switch(execution="at_once")
    touch(api)
    assert last(box)["effect"]


def test_many_calls_are_all_executed_once():
    with Sandbox(strictness="strict", async_seconds=[0, 0.5]) as busy:
        sender = Sender(busy)
        for number in range(300):
            touch(sender, str(number % 7))
        assert busy.settle(now=False)
        assert busy.counts["effects"] == 300
