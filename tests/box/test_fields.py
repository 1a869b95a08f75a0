"""Single values of a body: kept, noted, dropped, or fatal."""

import uuid

import pytest

from .sender import SAMPLE, last, line, order, told, who


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
    body = {**who(), "productList": [], "executionDateTimeUtc": stamp}
    api.call("SetCart", body, deviceUUID=str(uuid.uuid4()))
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


def test_a_device_where_none_is_expected_runs_with_an_error(api, box):
    api.register()
    api.call("EditCustomer", SAMPLE, deviceUUID=str(uuid.uuid4()))
    assert "does not expect a device" in told(last(box)) and last(box)["effect"]
