"""What the Mindbox sandbox promises, over real HTTP (see tests/sandbox)."""

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import requests

from tests.sandbox import Sandbox

ROOT = Path(__file__).parents[1]
KEY = "sandbox-key"
TIMEOUT = 5
JSON_TYPE = "application/json; charset=utf-8"
SAMPLE = {"customer": {"ids": {"websiteID": "42"}, "email": "a@example.com"}}


class Sender:
    """The smallest sender: one call, one answer."""

    def __init__(self, box):
        self.box = box
        self.session = requests.Session()

    def headers(self, key=KEY, scheme="SecretKey {}", kind=JSON_TYPE, **changes):
        headers = {"Content-Type": kind, "Accept": "application/json"}
        headers["Authorization"] = scheme.format(key)
        headers.update(
            {name.replace("_", "-"): value for name, value in changes.items()}
        )
        return {name: value for name, value in headers.items() if value}

    def send(
        self, operation, body, mode="async", headers=None, timeout=TIMEOUT, **query
    ):
        query = {"transactionId": str(uuid.uuid4()), "operation": operation, **query}
        query.setdefault("endpointId", "demo.Website")
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        url = f"{self.box.api_url}/v3/operations/{mode}"
        headers = headers or self.headers()
        return self.session.post(
            url, params=query, data=data, headers=headers, timeout=timeout
        )

    def call(self, name, body, mode="async", **query):
        return self.send(f"Website.{name}", body, mode, **query)

    def sync(self, name, body, **query):
        return self.call(name, body, "sync", **query)

    def csv(self, operation, *rows, encoding="utf-8", **changes):
        query = {
            "csvCodePage": "65001",
            "csvColumnDelimiter": ";",
            "csvTextQualifier": '"',
        }
        query.update(changes)
        data = "\n".join(rows).encode(encoding)
        headers = self.headers(kind="text/csv;charset=utf-8")
        if query.pop("zipped", False):
            data, headers = gzip.compress(data), {**headers, "Content-Encoding": "gzip"}
        return self.send(operation, data, "bulk", headers, **query)

    def imported(self, operation, *rows, **changes):
        answer = self.csv(operation, *rows, **changes)
        assert answer.status_code == 200, answer.text
        self.box.wait_imports()
        return self.box.imports[0]


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as box:
        yield box


@pytest.fixture()
def box(sandbox):
    sandbox.reset()
    yield sandbox
    sandbox.faults.clear()


@pytest.fixture()
def api(box):
    return Sender(box)


@pytest.fixture()
def settings(box):
    before = dict(box.server.project.settings)
    yield box.settings
    box.settings(**before)


def who(ident="42"):
    return {"customer": {"ids": {"websiteID": ident}}}


def line(ident="1", quantity=2, base=1250, price=2500, sku="SKU-1", **more):
    found = {"lineId": ident, "lineNumber": int(ident), "quantity": quantity}
    found.update(basePricePerItem=base, discountedPricePerLine=price, **more)
    return {**found, "product": {"ids": {"website": sku}}}


def order(key="S00017", lines=None, total=2800, **more):
    found = {"ids": {"websiteID": key}, "deliveryCost": 300, "totalPrice": total}
    return {"order": {**found, "lines": lines or [line()], **more}}


def item(sku, count=1, price=10):
    return {"product": {"ids": {"website": sku}}, "count": count, "pricePerItem": price}


def last(box):
    return box.calls()[-1]


def told(call):
    return " ".join(warning["message"] for warning in call["warnings"])


# -- the envelope ---
@pytest.mark.parametrize("scheme", ["SecretKey {}", 'Mindbox secretKey="{}"'])
def test_both_authorization_schemes_are_taken(api, box, scheme):
    answer = api.call("EditCustomer", who(), headers=api.headers(scheme=scheme))
    assert (answer.status_code, answer.json()) == (200, {"status": "Success"})
    assert last(box)["auth_scheme"] in scheme


@pytest.mark.parametrize(
    "headers, query, http",
    [
        ({"key": "wrong"}, {}, 403),
        ({}, {"endpointId": "nobody"}, 403),
        ({"Authorization": None}, {}, 401),
        ({"scheme": "Bearer {}"}, {}, 401),
        ({"kind": "text/plain"}, {}, 400),
        ({"kind": "application/json; charset=windows-1251"}, {}, 400),
        ({"Accept": "text/html"}, {}, 400),
        ({"Content_Encoding": "snappy"}, {}, 400),
        ({}, {"endpointId": ""}, 400),
        ({}, {"operation": "Website.Nothing"}, 400),
        ({}, {"operation": "website.editcustomer"}, 400),
        ({}, {"operation": "RetailOrder.Import"}, 400),
        ({}, {"transactionId": "42"}, 400),
    ],
)
def test_a_wrong_envelope_is_a_protocol_error(api, box, headers, query, http):
    query = {"operation": "Website.EditCustomer", **query}
    answer = api.send(body=who(), headers=api.headers(**headers), **query)
    document = answer.json()
    assert answer.status_code == http == document["httpStatusCode"]
    assert document["status"] == "ProtocolError" and document["errorMessage"]
    assert not last(box)["effect"]


def test_an_operation_without_the_key_flag_needs_no_key(api, box):
    headers = api.headers(Authorization=None)
    assert api.call(
        "ViewProduct", {**who(), "viewProduct": item("A")}, headers=headers
    ).ok


def test_an_unknown_path_is_404_and_another_method_405_without_json(api, box):
    assert requests.post(f"{box.api_url}/v3/operations", timeout=TIMEOUT).content == b""
    url = f"{box.api_url}/v3/operations/async"
    answers = [
        requests.get(url, timeout=TIMEOUT),
        requests.post(url + "x", timeout=TIMEOUT),
    ]
    assert [answer.status_code for answer in answers] == [405, 404]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[1]",
        b"{",
        b'{"customer": NaN}',
        b'{"customer": "x"}',
        b'{"customer": {"ids": []}}',
        b'{"customer": {"ids": {"nobodysID": "1"}}}',
        b'{"surprise": 1, "customer": {}}',
        b'{"customer": {"ids": {"websiteID": "1"}, "firstName": "a\\u0000"}}',
        b'{"customer": {"ids": {"websiteID": "1"}, "firstName": "\\ud800"}}',
        '{"customer": {"firstName": "Жан"}}'.encode("cp1251"),
        b"{}",
    ],
)
def test_a_wrong_body_is_refused_in_async_mode_too(api, box, body):
    answer = api.call("EditCustomer", body)
    assert answer.status_code == 400 and answer.json()["status"] == "ProtocolError"


def test_the_key_is_never_kept_or_shown(api, box):
    api.call("EditCustomer", who())
    api.call("EditCustomer", who(), headers=api.headers(key="wrong-canary"))
    shown = requests.get(f"{box.page_url}/api/calls", timeout=TIMEOUT).text
    shown += requests.get(f"{box.page_url}/api/endpoints", timeout=TIMEOUT).text
    assert KEY not in shown and "canary" not in shown and "Authorization" not in shown


def test_several_endpoints_with_several_keys(api, box):
    url = f"{box.page_url}/api/endpoints"
    mapping = {"a.Site": ["k1", "k2"], "b.Shop": "k3"}
    assert requests.put(url, json=mapping, timeout=TIMEOUT).ok
    try:
        pairs = [("a.Site", "k2", 200), ("b.Shop", "k3", 200), ("a.Site", "k3", 403)]
        for endpoint, key, http in pairs:
            headers = api.headers(key=key)
            answer = api.call(
                "EditCustomer", who(), headers=headers, endpointId=endpoint
            )
            assert answer.status_code == http
    finally:
        requests.put(url, json={"demo.Website": KEY}, timeout=TIMEOUT)


def test_operations_can_be_renamed_added_and_removed(api, box):
    url = f"{box.page_url}/api/operations"
    changes = [
        {"name": "Website.SetCart", "rename": "Shop.Basket"},
        {
            "name": "Shop.Vip",
            "step": "segment_include",
            "segmentation": "VIP",
            "segment": "yes",
        },
        {"name": "Website.ViewCategory", "remove": True},
    ]
    try:
        assert requests.put(url, json=changes, timeout=TIMEOUT).ok
        assert api.send("Shop.Basket", {**who(), "productList": []}).ok
        assert api.send("Shop.Vip", who()).ok
        assert api.call("SetCart", {**who(), "productList": []}).status_code == 400
        assert api.call("ViewCategory", who()).status_code == 400
        assert box.segments == [
            {"segmentation": "VIP", "segment": "yes", "customers": 1}
        ]
    finally:
        box.server.project.__init__()


# -- fields ---
@pytest.mark.parametrize(
    "field, value",
    [
        ("email", "no address"),
        ("email", "a" * 250 + "@example.com"),
        ("mobilePhone", "9991234567"),
        ("mobilePhone", "12"),
        ("mobilePhone", "79777777777"),
        ("sex", "robot"),
        ("birthDate", "31.02.1990"),
        ("birthDate", "2990-01-01"),
        ("timeZone", "Moscow"),
    ],
)
def test_a_bad_single_field_is_dropped_with_a_warning(api, box, field, value):
    answer = api.call("EditCustomer", {"customer": {**who()["customer"], field: value}})
    assert answer.json() == {"status": "Success"}
    assert [w["location"] for w in last(box)["warnings"]][0] == f"/customer/{field}"


@pytest.mark.parametrize(
    "given, stored",
    [
        ("+7 (999) 123-45-67", "79991234567"),
        ("8 999 123 45 67", "79991234567"),
        (79991234567, "79991234567"),
        ("+49 151 23456789", "4915123456789"),
        ("+852 5123 4567", "85251234567"),
    ],
)
def test_phones_are_kept_as_digits_with_country_code(api, box, given, stored):
    api.sync("RegisterCustomer", {"customer": {"mobilePhone": given}})
    assert box.customers[0]["mobilePhone"] == stored


def test_a_too_long_name_fails_the_call(api, box):
    body = {"customer": {**who()["customer"], "firstName": "я" * 101}}
    assert api.sync("EditCustomer", body).json()["status"] == "ValidationError"
    assert api.call("EditCustomer", body).json()["status"] == "Success"
    assert "longer than 100" in last(box)["error"] and not last(box)["effect"]
    assert api.sync("AuthorizeCustomer", body).status_code == 400


def test_the_only_identifier_being_bad_fails_the_call(api, box):
    api.call("SubscribeCustomer", {"customer": {"email": "nothing"}})
    assert "only identifier" in last(box)["error"]
    assert box.customers == []


def test_validation_errors_are_told_in_sync_mode_where_the_operation_does(api, box):
    document = api.sync(
        "RegisterCustomer", {"customer": {**who()["customer"], "email": "x"}}
    )
    messages = document.json()["validationMessages"]
    assert messages == [
        {"location": "/customer/email", "message": "not an e-mail address"}
    ]
    assert box.customers == []


@pytest.mark.parametrize(
    "stamp, noted",
    [
        ("05.03.2026 14:07:09.000", ""),
        ("05.03.2026 14:07", ""),
        ("2026-03-05 14:07:09.123", ""),
        ("2026-03-05", ""),
        ("2026-03-05T14:07:09Z", "ISO"),
        ("03/05/2026 14:07", "slashes"),
        ("yesterday", "dropped"),
        ("05.03.2026 25:00", "dropped"),
    ],
)
def test_moments_are_read_in_every_accepted_notation(api, box, stamp, noted):
    api.call("SetCart", {**who(), "productList": [], "executionDateTimeUtc": stamp})
    assert noted in told(last(box)) and bool(noted) == bool(told(last(box)))
    if noted != "dropped":
        assert box.lists[0]["at"].startswith("2026-03-05")


def test_money_and_quantities_keep_their_places(api, box):
    lines = [line(quantity=1.2345, price=10.001)]
    api.call("UpdateOrder", {**who(), **order(lines=lines)})
    places = {warning["location"] for warning in last(box)["warnings"]}
    assert places >= {
        "/order/lines/0/quantity",
        "/order/lines/0/discountedPricePerLine",
    }


def test_a_device_where_none_is_expected_runs_with_a_note(api, box):
    query = {"deviceUUID": str(uuid.uuid4())}
    api.call(
        "IssueDiscountCard",
        {**who(), "discountCard": {"ids": {"number": "7"}}},
        **query,
    )
    assert "does not expect a device" in told(last(box)) and last(box)["effect"]


# -- idempotency ---
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


# -- customers ---
def register(api, ident="42", **fields):
    fields.setdefault("email", f"c{ident}@example.com")
    return api.sync(
        "RegisterCustomer", {"customer": {**who(ident)["customer"], **fields}}
    )


def test_registering_twice_is_an_error(api, box):
    assert register(api).json()["customer"]["processingStatus"] == "Created"
    assert register(api).status_code == 400
    assert len(box.customers) == 1


def test_a_guest_who_signs_up_stays_one_customer(api, box):
    guest = {"customer": {"email": "Guest@Example.com", "firstName": "Greta"}}
    api.call("CreateUnauthorizedOrder", {**guest, **order()})
    old = box.customers[0]["id"]
    register(api, email="guest@example.com")
    assert len(box.customers) == 1
    found = box.one("customers", "42")
    assert found["merged"] == [old] and found["orders"][0]["key"] == "S00017"
    assert box.one("customers", str(old))["id"] == found["id"]


def test_a_contradicting_name_wipes_the_personal_bundle(api, box):
    register(api, firstName="Anna", lastName="K", birthDate="1990-06-16", sex="f")
    api.call("EditCustomer", {"customer": {**who()["customer"], "firstName": "Olga"}})
    assert "bundleWiped" in told(last(box))
    found = box.one("customers", "42")
    assert (
        found["firstName"] == "Olga" and "lastName" not in found and "sex" not in found
    )


def test_the_whole_bundle_or_new_values_wipe_nothing(api, box):
    register(api, firstName="Anna", lastName="K")
    full = {"firstName": "Olga", "lastName": "P", "sex": "female"}
    api.call("EditCustomer", {"customer": {**who()["customer"], **full}})
    assert not last(box)["warnings"]
    assert box.one("customers", "42")["sex"] == "female"


def test_clear_empties_a_value(api, box):
    register(api, firstName="Anna", mobilePhone="79991234567")
    body = {**who()["customer"], "firstName": "%CLEAR%", "mobilePhone": "%CLEAR%"}
    api.call("EditCustomer", {"customer": body})
    found = box.one("customers", "42")
    assert "firstName" not in found and found["mobilePhone"] is None


def test_guests_never_overwrite(api, box):
    register(api, email="a@example.com", firstName="Anna")
    guest = {
        "customer": {
            "email": "a@example.com",
            "firstName": "Eve",
            "mobilePhone": "79990000001",
        }
    }
    api.call("CreateUnauthorizedOrder", {**guest, **order()})
    found = box.one("customers", "42")
    assert (found["firstName"], found["mobilePhone"]) == ("Anna", "79990000001")


def test_editing_an_unknown_customer_creates_nothing(api, box):
    answer = api.sync("EditCustomer", who("404"))
    assert answer.json()["customer"] == {"processingStatus": "NotFound"}
    assert box.customers == [] and not last(box)["effect"]


def test_identifiers_of_two_customers_are_ambiguous(api, box):
    register(api, "1")
    register(api, "2")
    body = {"customer": {"ids": {"websiteID": "1"}, "email": "c2@example.com"}}
    assert api.sync("UpdateOrder", {**body, **order()}).status_code == 400
    assert api.call("UpdateOrder", {**body, **order("X")}).json()["status"] == "Success"
    assert "unambiguously" in last(box)["error"] and box.orders == []


def test_a_contact_moves_with_an_edit(api, box):
    register(api, "1")
    register(api, "2")
    api.call(
        "EditCustomer",
        {"customer": {**who("1")["customer"], "email": "c2@example.com"}},
    )
    assert box.one("customers", "2")["email"] is None and "moved" in told(last(box))


def test_merging_keeps_one_identity_and_the_sums(api, box):
    for ident, points in (("1", 10), ("2", 5)):
        register(api, ident)
        changes = [{"changeAmount": points}]
        api.call("ChangeCustomerBalance", {**who(ident), "balanceChanges": changes})
    body = {"customersToMerge": [{"ids": {"websiteID": "2"}}], "resultingCustomer": {}}
    body["resultingCustomer"] = {"ids": {"websiteID": "1"}}
    answer = api.sync("MergeCustomers", body).json()
    assert answer["customersToMerge"] == [{"processingStatus": "Merged"}]
    found = box.one("customers", "2")
    assert found["ids"] == {"websiteID": "1"} and found["balances"][0]["total"] == 15


def test_subscriptions_are_given_by_forms_and_withdrawn_by_edits_only(api, box):
    register(
        api, subscriptions=[{"pointOfContact": "email"}, {"pointOfContact": "SMS"}]
    )
    no = [{"pointOfContact": "Email", "isSubscribed": False}]
    customer = {**who()["customer"], "subscriptions": no}
    api.call("SubscribeCustomer", {"customer": customer})
    assert "cannotUnsubscribe" in told(last(box))
    api.call("EditCustomer", {"customer": customer})
    states = {
        s["pointOfContact"]: s["state"]
        for s in box.one("customers", "42")["subscriptions"]
    }
    assert states == {"Email": "unsubscribed", "Sms": "subscribed"}


def test_an_older_decision_does_not_follow_a_newer_one(api, box):
    register(api)
    for stamp, wanted in (("06.03.2026 10:00", False), ("05.03.2026 10:00", True)):
        subscriptions = [{"pointOfContact": "Email", "isSubscribed": wanted}]
        customer = {**who()["customer"], "subscriptions": subscriptions}
        api.call("EditCustomer", {"customer": customer, "executionDateTimeUtc": stamp})
    assert last(box)["stale"]
    assert box.one("customers", "42")["subscriptions"][0]["state"] == "unsubscribed"


def test_a_visitor_becomes_the_customer_who_logs_in(api, box):
    device = {"deviceUUID": str(uuid.uuid4())}
    api.call("SetCart", {"productList": [item("A", 2)]}, **device)
    register(api)
    api.call("AuthorizeCustomer", who(), **device)
    assert len(box.customers) == 1
    assert box.one("customers", "42")["lists"]["Cart"]["items"][0]["count"] == 2


# -- cards and points ---
def test_a_card_belongs_to_one_customer_and_identifies_him(api, box):
    for ident in ("1", "2"):
        register(api, ident)
    card = {"discountCard": {"ids": {"number": "2700"}}}
    states = [
        api.sync("IssueDiscountCard", {**who(ident), **card}).json()["discountCard"]
        for ident in ("1", "1", "2")
    ]
    assert [state["processingStatus"] for state in states] == [
        "Bound",
        "AlreadyBoundToCurrentCustomer",
        "AlreadyBoundToAnotherCustomer",
    ]
    found = api.sync("GetCustomerInfo", {"customer": card}).json()
    assert found["customer"]["ids"]["websiteID"] == "1"


def test_points_keep_their_order_and_add_up(api, box):
    register(api)
    card = {"discountCard": {"ids": {"number": "2700"}}}
    api.call("IssueDiscountCard", {**who(), **card})
    for amount, key in ((50.5, "S1"), (-20.25, "S2")):
        change = {
            "balanceChanges": [{"changeAmount": amount}],
            "order": {"ids": {"websiteID": key}},
        }
        api.call("ChangeCustomerBalance", {**who(), **card, **change})
    found = box.one("cards", "2700")
    assert found["balance"] == 30.25
    assert [entry["order"] for entry in found["history"]] == ["S1", "S2"]


# -- orders ---
def test_checkout_of_a_known_order_and_status_of_an_unknown_one_are_refused(api, box):
    body = {**who(), **order()}
    assert api.call("CreateAuthorizedOrder", body).ok
    assert api.sync("CreateAuthorizedOrder", body).status_code == 400
    assert api.call("CreateAuthorizedOrder", body).json() == {"status": "Success"}
    assert last(box)["error"] == "The order exists already" and not last(box)["effect"]
    status = {"order": {"ids": {"websiteID": "nothing"}}, "orderLinesStatus": "Paid"}
    assert api.sync("UpdateOrderStatus", status).status_code == 400


def test_updating_an_order_creates_it_where_it_is_missing(api, box):
    register(api)
    for state in ("Created", "Updated"):
        answer = api.sync("UpdateOrder", {**who(), **order()}).json()
        assert answer["order"]["processingStatus"] == state


@pytest.mark.parametrize(
    "lines, total, fits",
    [
        ([line(price=2350)], 2650, True),
        ([line(price=2350)], 2650.01, False),
        ([line("1", 3, 3.33, 9.99), line("2", 1, 0.1, 0.2)], 310.19, True),
        ([line(), line("2", status="Cancelled")], 2800, True),
    ],
)
def test_an_order_that_does_not_add_up_to_the_cent_is_noted(
    api, box, lines, total, fits
):
    api.call("UpdateOrder", {**who(), **order(lines=lines, total=total)})
    assert ("totalMismatch" not in told(last(box))) == fits


def test_without_line_prices_the_discounts_count(api, box):
    lines = [line(discounts=[{"type": "promoCode", "amount": 50}])]
    del lines[0]["discountedPricePerLine"]
    extra = {"discounts": [{"type": "promoCode", "amount": 100}]}
    api.call("UpdateOrder", {**who(), **order(lines=lines, total=2650, **extra)})
    assert not last(box)["warnings"]


def status(api, lines=None, whole=None, stamp=None):
    body = {"order": {"ids": {"websiteID": "S00017"}}}
    if lines:
        body["order"]["lines"] = lines
    if whole:
        body["orderLinesStatus"] = whole
    if stamp:
        body["executionDateTimeUtc"] = stamp
    return api.sync("UpdateOrderStatus", body)


def test_repeated_partial_returns_split_the_line_to_the_cent(api, box):
    register(api)
    lines = [line(quantity=3, base=33.34, price=100)]
    api.call("UpdateOrder", {**who(), **order(lines=lines, total=400)})
    back = [{"lineId": "1", "quantity": 1, "status": "Returned"}]
    assert all(status(api, back).ok for _ in range(2))
    assert status(api, [{**back[0], "quantity": 2}]).status_code == 400
    found = box.orders[0]["lines"]
    assert sum(one["price"] for one in found) == pytest.approx(100)
    returned = [one["quantity"] for one in found if one["status"] == "Returned"]
    assert returned == [1, 1]


def test_an_older_status_does_not_follow_a_newer_one(api, box):
    register(api)
    stamp = {"executionDateTimeUtc": "05.03.2026 09:00:00.000"}
    api.call("UpdateOrder", {**who(), **order(), **stamp})
    status(api, whole="Delivered", stamp="06.03.2026 10:00:00.000")
    status(api, whole="Paid", stamp="05.03.2026 10:00:00.000")
    assert last(box)["stale"] and box.orders[0]["statuses"] == ["Delivered"]


def test_statuses_the_project_does_not_know_are_refused(api, box, settings):
    settings(statuses={"Created": "created", "Paid": "paid"})
    api.call("UpdateOrder", {**who(), **order()})
    assert status(api, whole="Paid").ok
    assert status(api, whole="Lost").status_code == 400


# -- lists, views, segments ---
def test_an_older_cart_after_a_newer_one_is_stale(api, box):
    carts = (("10:01", [item("A")]), ("10:00", []), ("10:02", [item("B", 3)]))
    for stamp, items in carts:
        body = {"productList": items, "executionDateTimeUtc": f"05.03.2026 {stamp}"}
        api.call("SetCart", {**who(), **body})
    assert [call["stale"] for call in box.calls()] == [False, True, False]
    assert box.lists[0]["items"][0]["product"] == "website:B"


def test_lists_are_set_changed_and_cleared(api, box):
    api.call("SetWishList", {**who(), "productList": [item("A"), item("B")]})
    api.call("AddToWishList", {**who(), "addProductToList": item("C")})
    api.call("RemoveFromWishList", {**who(), "removeProductFromList": item("A")})
    products = [one["product"] for one in box.lists[0]["items"]]
    assert products == ["website:B", "website:C"]
    api.call("ClearWishList", who())
    assert box.lists[0]["items"] == []


def test_an_item_without_a_product_is_refused(api, box):
    body = {**who(), "productList": [{"count": 1}]}
    assert api.sync("SetCart", body).status_code == 400 and box.customers == []


@pytest.mark.parametrize("wrapped", [True, False])
def test_views_are_counted_in_both_body_styles(api, box, wrapped):
    view = {"product": {"ids": {"website": "A"}}}
    view = {"viewProduct": view} if wrapped else view
    api.call("ViewProduct", view, deviceUUID=str(uuid.uuid4()))
    assert box.counts["views"] == 1 and last(box)["effect"]


# -- bulk ---
CUSTOMERS = "DirectCrm.Customers.Import"
ORDERS = "RetailOrder.Import"
SEGMENTS = "DirectCrm.StaticCustomerSegments.Import"
ORDER_HEAD = (
    "OrderIdswebsiteID;CustomerIdswebsiteID;OrderCreationDateTimeUtc;"
    "OrderLastUpdateDateTimeUtc;OrderLineId;OrderLineProductIdswebsite;OrderLineQuantity;"
    "OrderLinePriceOfLine;OrderTotalPrice;OrderDeliveryCost;OrderLineStatus"
)


def order_row(key="O1", number=1, quantity="1", price="10.50", total="30.75", **more):
    stamp = "2025-01-01 10:00:00.000"
    state = more.get("status", "Delivered")
    cells = (
        key,
        "10",
        stamp,
        stamp,
        number,
        f"SKU-{number}",
        quantity,
        price,
        total,
        "0",
        state,
    )
    return ";".join(map(str, cells))


def test_customers_are_imported_with_quotes_newlines_and_empty_cells(api, box):
    done = api.imported(
        CUSTOMERS,
        "ExternalIdentitywebsiteID;Email;FirstName;LastName;DiscountCard;IsSubscribedByEmail",
        '10;a@b.ru;"Иван ""Грозный"";";"П\nр";555;true',
        "11;;Олег;;;",
    )
    assert (done["state"], done["done"], done["rejected"]) == ("done", 2, 0)
    found = box.one("customers", "10")
    assert (found["firstName"], found["lastName"]) == ('Иван "Грозный";', "П\nр")
    assert found["cards"][0]["number"] == "555"
    assert found["subscriptions"][0]["state"] == "subscribed"


def test_orders_are_rebuilt_to_the_cent(api, box):
    rows = order_row(), order_row(number=2, quantity="1.5", price="20.25")
    done = api.imported(ORDERS, ORDER_HEAD, *rows)
    assert (done["done"], done["results"], done["rejected"]) == (2, 1, 0)
    found = box.orders[0]
    assert found["expectedTotal"] == found["totalPrice"] == 30.75
    assert [one["quantity"] for one in found["lines"]] == [1, 1.5]


def test_a_poison_row_rejects_its_order_only(api, box):
    rows = order_row(), order_row(number=2, price="1,5"), order_row("O2", total="10.50")
    done = api.imported(ORDERS, ORDER_HEAD, *rows)
    assert (done["done"], done["rejected"], done["results"]) == (1, 2, 1)
    assert [one["key"] for one in box.orders] == ["O2"]


def test_an_imported_order_that_does_not_add_up_is_noted(api, box):
    done = api.imported(ORDERS, ORDER_HEAD, order_row(total="99"))
    assert "totalMismatch" in json.dumps(done["problems"])


def test_segments_need_a_customer_and_an_empty_cell_takes_out(api, box):
    register(api, "10")
    head = "CustomerExternalIdentitywebsiteID;SegmentationExternalId;SegmentExternalId"
    done = api.imported(SEGMENTS, head, "10;RFM;champions", "99;RFM;new")
    assert (done["done"], done["rejected"]) == (1, 1)
    assert box.one("customers", "10")["segments"] == {"RFM": "champions"}
    api.imported(SEGMENTS, head, "10;RFM;")
    assert box.segments == []


def test_cards_and_balances_are_imported(api, box):
    api.imported(CUSTOMERS, "ExternalIdentitywebsiteID;DiscountCard", "10;555")
    cards = "DirectCrm.Customers.ImportCards"
    done = api.imported(cards, "CardNumber;Status", "555;Blocked", "777;Activated")
    assert (done["done"], done["rejected"]) == (1, 1)
    done = api.imported(
        cards, "CardNumber;Status", "777;Issued", newCardCreationAllowed="true"
    )
    assert done["done"] == 1
    balances = "DirectCrm.CreateCustomerBalanceChangeOperation"
    api.imported(balances, "DiscountCard;ChangeAmount;Comments", "555;100.50;start")
    assert (box.one("cards", "555")["balance"], box.one("cards", "555")["status"]) == (
        100.5,
        "Blocked",
    )


def test_a_zipped_file_and_another_code_page_are_read(api, box):
    head = "ExternalIdentitywebsiteID;FirstName"
    api.imported(CUSTOMERS, head, "1;Анна", zipped=True)
    api.imported(CUSTOMERS, head, "2;Олег", encoding="cp1251", csvCodePage="1251")
    assert {one["firstName"] for one in box.customers} == {"Анна", "Олег"}


@pytest.mark.parametrize(
    "rows, changes",
    [
        (["Nothing;Email", "1;a@b.ru"], {}),
        (["Email;Email", "a@b.ru;a@b.ru"], {}),
        (["\ufeffEmail", "a@b.ru"], {}),
        (["FirstName", "Anna"], {}),
        ([], {}),
        (["Email", "a@b.ru"], {"csvColumnDelimiter": None}),
        (["Email", "a@b.ru"], {"csvTextQualifier": "''"}),
        (["Email", "a@b.ru"], {"csvCodePage": "866"}),
        (["Email;FirstName", "a@b.ru;Жан"], {"encoding": "cp1251"}),
    ],
)
def test_a_file_that_is_not_as_the_contract_says_is_refused(api, box, rows, changes):
    assert api.csv(CUSTOMERS, *rows, **changes).status_code == 400


def test_a_ragged_row_is_rejected_and_a_broken_quotation_ends_the_file(api, box):
    head = "ExternalIdentitywebsiteID;FirstName"
    done = api.imported(CUSTOMERS, head, "1;Anna", "2", '3;"Bob"x', "4;Carl")
    assert (done["state"], done["done"], done["rejected"]) == ("failed", 1, 1)


def test_a_file_is_imported_once_per_transaction_and_the_hour_has_a_limit(
    api, box, settings
):
    key = str(uuid.uuid4())
    settings(bulk_per_hour=2)
    answers = [
        api.csv(CUSTOMERS, "Email", "a@b.ru", transactionId=key) for _ in range(2)
    ]
    assert answers[1].json() == {"status": "TransactionAlreadyProcessed"}
    assert api.csv(CUSTOMERS, "Email", "b@b.ru").ok
    assert api.csv(CUSTOMERS, "Email", "c@b.ru").status_code == 429


# -- faults ---
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
    assert [call["effect"] for call in box.wait_for(1)] == [True]


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


# -- control ---
def test_calls_can_be_followed_filtered_and_limited(api, box):
    for _ in range(3):
        api.call("ClearCart", who())
    api.call("AuthorizeCustomer", who(), headers=api.headers(X_Customer_IP="10.0.0.7"))
    url = f"{box.page_url}/api/calls"
    first = requests.get(url, params={"since": 0, "limit": 2}, timeout=TIMEOUT).json()
    assert [call["seq"] for call in first["calls"]] == [1, 2] and first["last"] == 2
    rest = requests.get(url, params={"since": first["last"]}, timeout=TIMEOUT).json()
    assert [call["seq"] for call in rest["calls"]] == [3, 4] and rest["last"] == 4
    one = requests.get(
        url, params={"operation": "Website.AuthorizeCustomer"}, timeout=TIMEOUT
    )
    call = one.json()["calls"][0]
    assert call["body"] == who() and call["answer"] == {"status": "Success"}
    assert (
        call["customer_ip"] == "10.0.0.7" and call["customer"]["key"] == "websiteID:42"
    )


def test_the_log_keeps_the_last_calls_only():
    with Sandbox(max_calls=5, record_bodies=False) as small:
        for _ in range(8):
            Sender(small).call("ClearCart", who())
        assert [call["seq"] for call in small.calls()] == [4, 5, 6, 7, 8]
        assert small.counts["calls"] == 8 and small.calls()[0]["body"] == ""


def test_reset_forgets_everything(api, box):
    register(api)
    requests.post(f"{box.page_url}/api/reset", json={}, timeout=TIMEOUT)
    assert box.counts["calls"] == box.counts["customers"] == 0


def test_foreign_web_pages_cannot_switch_anything(box):
    url = f"{box.page_url}/api/faults"
    answer = requests.post(url, data='{"kind": "500"}', timeout=TIMEOUT)
    assert answer.status_code == 415 and box.faults.list() == []


def test_the_page_is_self_contained_and_hears_of_calls_at_once(api, box):
    page = requests.get(box.page_url, timeout=TIMEOUT).text
    names = [
        name for name in ("style.css", "words.js", "app.js", "icon.svg") if name in page
    ]
    parts = [
        requests.get(f"{box.page_url}/page/{name}", timeout=TIMEOUT) for name in names
    ]
    assert len(parts) == 4 and all(part.ok for part in parts)
    assert "https://" not in page + "".join(part.text for part in parts)
    stream = requests.get(f"{box.page_url}/api/stream", stream=True, timeout=TIMEOUT)
    lines = stream.iter_lines(chunk_size=1)
    api.call("ClearCart", who())
    found = next(text for text in lines if b"ClearCart" in text)
    stream.close()
    assert json.loads(found.removeprefix(b"data: "))["calls"][0]["seq"] == 1


def test_the_page_speaks_both_languages_completely():
    node = "const w = {}; globalThis.window = w; require(process.argv[1]);"
    node += "const keys = Object.values(w.WORDS).map((x) => Object.keys(x).sort());"
    node += "console.log(JSON.stringify(keys))"
    words = ROOT / "tests/sandbox/page/words.js"
    try:
        done = subprocess.run(
            ["node", "-e", node, words], capture_output=True, check=True
        )
    except FileNotFoundError:
        pytest.skip("no node here")
    english, russian = json.loads(done.stdout)
    assert english == russian


# -- the process ---
def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def start(*options):
    ports = free_port(), free_port()
    command = [
        sys.executable,
        "-m",
        "tests.sandbox",
        "--api-port",
        ports[0],
        "--port",
        ports[1],
    ]
    process = subprocess.Popen(
        [str(part) for part in (*command, *options)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return process, ports


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_says_one_line_and_stops_cleanly(number):
    process, (api_port, _port) = start("--endpoint", "x.Site", "--key", "k1")
    assert "Sandbox ready" in process.stdout.readline()
    url = f"http://127.0.0.1:{api_port}/v3/operations/async"
    query = {"endpointId": "x.Site", "operation": "Website.ClearCart"}
    headers = {"Authorization": "SecretKey k1", "Accept": "application/json"}
    answer = requests.post(
        url, params=query, json=who(), headers=headers, timeout=TIMEOUT
    )
    assert answer.json() == {"status": "Success"}
    os.kill(process.pid, number)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_busy_port_is_said_in_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process, _ports = start("--api-port", taken.getsockname()[1])
        _out, err = process.communicate(timeout=10)
    assert process.returncode == 1 and err.startswith("The sandbox cannot start:")
    assert err.count("\n") == 1


def test_tls_is_spoken_where_a_certificate_is_given(tmp_path):
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext"
    )
    names = "subjectAltName=IP:127.0.0.1"
    made = [*command.split(), names, "-keyout", str(key), "-out", str(cert)]
    try:
        subprocess.run(made, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl here")
    process, (api_port, _port) = start("--tls-cert", cert, "--tls-key", key)
    try:
        assert "https://" in process.stdout.readline()
        url = f"https://127.0.0.1:{api_port}/v3/operations/async"
        with pytest.raises(requests.exceptions.SSLError):
            requests.post(url, timeout=TIMEOUT)
        assert requests.post(url, timeout=TIMEOUT, verify=str(cert)).status_code == 400
    finally:
        process.terminate()
        process.communicate(timeout=10)


def test_many_senders_at_once_have_one_effect_each(api, box):
    keys = [str(uuid.uuid4()) for _ in range(40)]

    def work():
        sender = Sender(box)
        for key in keys:
            sender.call("AuthorizeCustomer", who(), transactionId=key)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert box.counts["effects"] == 40 and box.counts["duplicates"] == 200
