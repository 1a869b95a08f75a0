"""The operation log: what became of each call, and what can fail late."""

import uuid

import pytest
import requests

from .sender import TIMEOUT, last, remarks, who

KNOWN = "Website.EditCustomer"


def rows(box, **query):
    url = f"{box.page_url}/api/log"
    return requests.get(url, params=query, timeout=TIMEOUT).json()["rows"]


def test_a_call_is_processing_until_it_is_executed(api, box):
    api.accept(KNOWN, who())
    assert [row["state"] for row in rows(box)] == ["processing"]
    box.settle()
    assert [row["state"] for row in rows(box)] == ["completed"]


def test_a_call_without_errors_has_none_in_the_log(api, box):
    api.register()
    api.send(KNOWN, who())
    assert not rows(box, operation=KNOWN)[0]["has_errors"]


def test_a_dropped_value_is_an_error_of_a_completed_call(api, box):
    api.register()
    customer = {**who()["customer"], "email": "no address"}
    api.send(KNOWN, {"customer": customer})
    (row,) = rows(box, operation=KNOWN)
    assert (row["state"], row["has_errors"]) == ("completed", True)
    assert "/customer/email" in row["messages"]


def test_what_only_the_sandbox_notes_is_no_error_there(api, box):
    """An edit of somebody unknown: Mindbox says Success and means it."""
    api.send(KNOWN, who("404"))
    (row,) = rows(box)
    assert last(box)["warnings"] and not row["has_errors"]


def test_a_refused_call_is_in_the_log(api, box):
    api.sync("EditCustomer", b"{}")
    assert [(row["state"], row["http_status"]) for row in rows(box)] == [
        ("failed", 400)
    ]


def test_a_call_that_never_reached_mindbox_is_not(api, box):
    box.faults.set("503")
    api.send(KNOWN, who())
    assert rows(box) == []


def test_a_call_whose_answer_was_lost_is(api, box):
    box.faults.set("lost_answer", times=1)
    with pytest.raises(requests.ConnectionError):
        api.send(KNOWN, who())
    box.settle()
    assert rows(box)[0]["state"] == "completed"


def test_a_repeated_key_is_a_failed_row_of_its_own(api, box):
    key = str(uuid.uuid4())
    for _ in range(2):
        api.send(KNOWN, who(), transactionId=key)
    first, second = rows(box)
    assert (first["state"], second["state"]) == ("completed", "failed")
    assert key in second["messages"] and "уже была обработана" in second["messages"]


@pytest.mark.parametrize(
    "query, found",
    [
        ({"state": "failed"}, 1),
        ({"has_errors": "false"}, 2),
        ({"operation": "Website.UpdateOrderStatus"}, 1),
        ({"endpoint_id": "nobody"}, 0),
        ({"limit": 2}, 2),
        ({"since": "2999-01-01T00:00:00+00:00"}, 0),
    ],
)
def test_rows_can_be_chosen(api, box, query, found):
    for ident in ("1", "2"):
        api.send(KNOWN, who(ident))
    status = {"order": {"ids": {"websiteID": "O"}}, "orderLinesStatus": "Paid"}
    api.send("Website.UpdateOrderStatus", status)
    assert len(rows(box, **query)) == found


def test_the_log_reaches_back_so_many_days(api, box, settings):
    settings(log_days=0)
    api.send(KNOWN, who())
    assert rows(box) == []


# -- late failures ---
def test_an_accepted_call_can_be_made_to_fail(api, box):
    api.register()
    box.faults.set("late_failure", times=1, message="Заказ не найден")
    customer = {**who()["customer"], "firstName": "Anna"}
    assert api.send(KNOWN, {"customer": customer}).json() == {"status": "Success"}
    assert last(box)["error"] == "Заказ не найден"
    assert "firstName" not in box.one("customers", "42")


def test_an_accepted_call_can_be_made_to_have_a_remark(api, box):
    api.register()
    box.faults.set("late_remark", times=1, message="Значение отброшено")
    api.send(KNOWN, who())
    assert last(box)["outcome"] == "remarks" and last(box)["effect"]


def test_late_failures_concern_one_operation(api, box):
    box.faults.set("late_failure", operation="Website.ClearCart")
    api.send(KNOWN, who())
    api.send("Website.ClearCart", who())
    assert [call["outcome"] for call in box.calls()] == ["completed", "failed"]


def test_synchronous_calls_do_not_fail_late(api, box):
    box.faults.set("late_failure")
    assert api.register().json()["status"] == "Success"


def fail_a_share(api, box, **fault):
    box.faults.set("late_failure", **fault)
    for number in range(100):
        api.accept(KNOWN, who(str(number)))
    box.settle()
    failed = [c["customer"]["key"] for c in box.calls() if c["outcome"] == "failed"]
    box.reset()
    return failed


def test_a_share_fails_and_a_seed_says_which(api, box):
    runs = [fail_a_share(api, box, share=0.2, seed=seed) for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]
    assert 5 < len(runs[0]) < 40


def test_a_share_ends_after_so_many(api, box):
    assert len(fail_a_share(api, box, share=0.5, times=7)) == 7


def test_outcomes_can_be_asked_of_the_calls(api, box):
    api.send(KNOWN, who())
    api.send("Website.AuthorizeCustomer", who())
    assert [call["operation"] for call in box.calls(outcome="completed")] == [KNOWN]
    assert remarks(last(box)) == ["?deviceUUID"]
