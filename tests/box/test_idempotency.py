"""One effect per transaction."""

import uuid

from .sender import SAMPLE, last, order, told, who


def test_one_effect_per_transaction_in_async_mode(api, box):
    key = str(uuid.uuid4())
    for _ in range(3):
        assert (
            api.call("EditCustomer", who(), transactionId=key).json()["status"]
            == "Success"
        )
    calls = box.calls(transaction_id=key)
    assert [call["duplicate"] for call in calls] == [False, True, True]
    assert {call["error"] for call in calls[1:]} == {"already processed"}


def test_a_key_is_shared_by_operations_and_modes_and_its_case_does_not_matter(api, box):
    key = str(uuid.uuid4())
    api.call("UpdateOrder", {**who(), **order()}, transactionId=key)
    answer = api.sync("UpdateOrder", {**who(), **order()}, transactionId=key.upper())
    assert answer.json() == {"status": "TransactionAlreadyProcessed"}
    api.call("ClearCart", who(), transactionId=key)
    assert last(box)["duplicate"] and "another body" in told(last(box))


def test_plain_sync_operations_ignore_the_key(api, box):
    key = str(uuid.uuid4())
    body = {**who(), "balanceChanges": [{"changeAmount": 5}]}
    api.call("AuthorizeCustomer", who())
    for _ in range(2):
        api.sync("ChangeCustomerBalance", body, transactionId=key)
    assert box.one("customers", "42")["balances"][0]["total"] == 10


def test_a_refused_call_does_not_use_up_its_key(api, box):
    key = str(uuid.uuid4())
    api.call("EditCustomer", b"{", transactionId=key)
    box.faults.set("500", times=1)
    api.call("EditCustomer", SAMPLE, transactionId=key)
    api.call("AuthorizeCustomer", SAMPLE, transactionId=key)
    assert [call["effect"] for call in box.calls(transaction_id=key)] == [
        False,
        False,
        True,
    ]


def test_operations_that_write_orders_with_processing_need_a_key(api, box):
    body = {**who(), **order()}
    assert api.sync("ManualCreateOrder", body, transactionId=None).status_code == 400
