"""What goes wrong when it is switched on."""

import re
import socket
import time
import uuid
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest
import requests

from tests.sandbox.faults import HTML

from .sender import TIMEOUT, last, who


@pytest.mark.parametrize(
    "kind, http, state",
    [
        ("400", 400, "ProtocolError"),
        ("401", 401, "ProtocolError"),
        ("403", 403, "ProtocolError"),
        ("404", 404, None),
        ("429", 429, "ProtocolError"),
        ("500", 500, "InternalServerError"),
        ("502", 502, None),
        ("503", 503, "InternalServerError"),
        ("504", 504, None),
        ("html", 200, None),
        ("empty", 200, None),
        ("validation_error", 200, "ValidationError"),
    ],
)
def test_a_fault_answers_without_an_effect_until_it_is_switched_off(
    api, box, kind, http, state
):
    url = f"{box.page_url}/api/faults"
    assert requests.post(url, json={"kind": kind}, timeout=TIMEOUT).status_code == 201
    answer = api.call("AuthorizeCustomer", who())
    assert answer.status_code == http
    if state:
        assert answer.json()["status"] == state
    else:
        with pytest.raises(ValueError):
            answer.json()
    assert not last(box)["effect"] and last(box)["fault"] == kind
    requests.delete(url, timeout=TIMEOUT)
    assert api.call("AuthorizeCustomer", who()).json() == {"status": "Success"}


@pytest.mark.parametrize("given, header", [(7, "7"), ("soon", "soon"), (None, None)])
def test_retry_after_is_given_as_told(api, box, given, header):
    box.faults.set("429", retry_after=given)
    assert api.call("EditCustomer", who()).headers.get("Retry-After") == header


def test_retry_after_can_be_a_date(api, box):
    box.faults.set("429", retry_after="date:60")
    moment = parsedate_to_datetime(
        api.call("EditCustomer", who()).headers["Retry-After"]
    )
    assert 50 < moment.timestamp() - time.time() < 62


@pytest.mark.parametrize(
    "kind, effect", [("reset", False), ("lost_answer", True), ("half_answer", True)]
)
def test_a_broken_connection_has_its_effect_before_or_not_at_all(
    api, box, kind, effect
):
    key = str(uuid.uuid4())
    box.faults.set(kind, times=1)
    with pytest.raises(
        (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
    ):
        api.call("AuthorizeCustomer", who(), transactionId=key)
    api.call("AuthorizeCustomer", who(), transactionId=key)
    calls = box.calls(transaction_id=key)
    assert [call["effect"] for call in calls] == [effect, not effect]


def test_latency_and_a_fault_may_come_in_one_call(api, box):
    values = {"kind": "503", "latency": 300, "times": 1}
    requests.post(f"{box.page_url}/api/faults", json=values, timeout=TIMEOUT)
    began = time.monotonic()
    assert api.call("ClearCart", who()).status_code == 503
    assert time.monotonic() - began >= 0.3
    values = {"latency": 0}
    requests.post(f"{box.page_url}/api/faults", json=values, timeout=TIMEOUT)


def test_a_firewall_answers_with_pages_and_many_statuses(api, box):
    box.faults.set("firewall", times=20)
    answers = [api.call("ClearCart", who()) for _call in range(20)]
    assert len({answer.status_code for answer in answers}) > 5
    assert {answer.headers["Content-Type"] for answer in answers} == {HTML}
    assert not any(call["effect"] for call in box.calls())


def test_information_comes_before_the_answer(api, box):
    box.faults.set("early_hints", times=1)
    address = urlsplit(box.api_url)
    call = b"POST /v3/operations/async HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), 5) as connection:
        connection.sendall(call)
        heard = b""
        while heard.count(b"HTTP/1.1 ") < 3:
            heard += connection.recv(4096)
    assert re.findall(rb"HTTP/1.1 (\d)", heard) == [b"1", b"1", b"4"]


def test_refused_really_closes_the_listener_and_ends_open_connections(api, box):
    api.call("ClearCart", who())
    box.faults.set("refused")
    port = int(box.api_url.rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1)
    with pytest.raises(requests.ConnectionError):
        api.call("ClearCart", who())
    box.faults.clear()
    assert api.call("ClearCart", who()).ok


def test_a_fault_with_an_end_in_time_ends_by_itself(api, box):
    box.faults.set("refused", for_seconds=0.3)
    time.sleep(0.8)
    assert api.call("ClearCart", who()).ok and box.faults.list() == []


def test_a_black_hole_never_answers(api, box):
    box.faults.set("black_hole")
    with pytest.raises(requests.Timeout):
        api.call("ClearCart", who(), timeout=0.3)
    assert last(box)["error"] == "never answered"


def test_a_slow_answer_has_its_effect_even_if_nobody_waits(api, box):
    box.faults.set("slow", seconds=0.4)
    with pytest.raises(requests.Timeout):
        api.call("AuthorizeCustomer", who(), timeout=0.1)
    box.wait_for(1)
    box.settle()
    assert last(box)["effect"]


def test_a_fault_can_concern_one_operation_and_a_number_of_calls(api, box):
    box.faults.set("500", operation="Website.ClearCart", times=2)
    names = ("AuthorizeCustomer", "ClearCart", "ClearCart", "ClearCart")
    codes = [api.call(name, who()).status_code for name in names]
    assert codes == [200, 500, 500, 200]


def test_a_series_is_played_per_transaction(api, box):
    box.faults.series(["500", "lost_answer", "429", "400", "ok"], per="transaction")
    for key in (str(uuid.uuid4()), str(uuid.uuid4())):
        seen = []
        for _ in range(6):
            try:
                seen.append(
                    api.call("AuthorizeCustomer", who(), transactionId=key).status_code
                )
            except requests.ConnectionError:
                seen.append("lost")
        assert seen == [500, "lost", 429, 400, 200, 200]
        assert sum(call["effect"] for call in box.calls(transaction_id=key)) == 1


def test_a_series_is_played_per_customer(api, box):
    box.faults.series(["503", "ok"], per="customer")
    codes = [
        api.call("AuthorizeCustomer", who(i)).status_code for i in ("1", "2", "1", "2")
    ]
    assert codes == [503, 503, 200, 200]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "weather"},
        {"series": ["500", "x"]},
        {"kind": "refused", "times": 1},
        {"no": 1},
    ],
)
def test_a_fault_nobody_knows_is_refused_in_words(box, fault):
    answer = requests.post(f"{box.page_url}/api/faults", json=fault, timeout=TIMEOUT)
    assert answer.status_code == 400 and answer.json()["error"]


def test_the_limit_of_calls_a_minute_answers_429(api, box, settings):
    settings(calls_per_minute=3)
    codes = [api.call("ClearCart", who()).status_code for _ in range(4)]
    assert codes.count(429) >= 1
