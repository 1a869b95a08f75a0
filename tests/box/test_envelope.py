"""Who may call, and what a call must look like."""

import pytest
import requests

from .sender import KEY, TIMEOUT, item, last, who


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
        b'{"customer": {"ids": {"websiteID": "1"}, "firstName": "a\\u0000"}}',
        b'{"customer": {"ids": {"websiteID": "1"}, "firstName": "\\ud800"}}',
        '{"customer": {"firstName": "Жан"}}'.encode("cp1251"),
    ],
)
def test_what_is_no_json_is_refused_in_async_mode_too(api, box, body):
    answer = api.call("EditCustomer", body)
    assert answer.status_code == 400 and answer.json()["status"] == "ProtocolError"


WRONG = (
    b'{"customer": "x"}',
    b'{"customer": {"ids": []}}',
    b'{"customer": {"ids": {"nobodysID": "1"}}}',
    b"{}",
)


@pytest.mark.parametrize("body", WRONG)
def test_a_wrong_body_is_refused_in_sync_mode(api, box, body):
    answer = api.sync("EditCustomer", body)
    assert answer.status_code == 400 and answer.json()["status"] == "ProtocolError"


@pytest.mark.parametrize("body", WRONG)
def test_a_wrong_body_is_told_in_the_log_only_in_async_mode(api, box, body):
    assert api.call("EditCustomer", body).json() == {"status": "Success"}
    assert last(box)["outcome"] == "failed" and last(box)["error"]


@pytest.mark.parametrize("body", WRONG)
def test_a_wrong_body_can_be_refused_in_async_mode_too(api, box, switch, body):
    switch(async_bodies="refused")
    assert api.call("EditCustomer", body).status_code == 400


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
