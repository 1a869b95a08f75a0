"""Who is who, as strict as Mindbox: registrations, edits, merges, contacts."""

import uuid

import pytest

from .sender import item, last, order, remarks, told, who


def edit(api, ident, **fields):
    customer = {**who(ident)["customer"], **fields}
    return api.sync("EditCustomer", {"customer": customer})


# -- registrations ---
def test_registering_a_known_id_is_a_validation_error_with_http_200(api, box):
    api.register()
    answer = api.register()
    document = answer.json()
    assert (answer.status_code, document["status"]) == (200, "ValidationError")
    assert document["validationMessages"][0]["location"] == "/customer/ids/websiteID"


def test_registering_a_known_contact_points_at_it_and_quotes_it(api, box):
    api.register("1", email="a@example.com")
    (message,) = api.register("2", email="a@example.com").json()["validationMessages"]
    assert message["location"] == "/customer/email"
    assert "a@example.com" in message["message"] and len(box.customers) == 1


def test_in_async_mode_a_second_registration_is_in_the_log_only(api, box):
    api.register()
    assert api.call("RegisterCustomer", who()).json() == {"status": "Success"}
    assert "Технические ID" in last(box)["error"] and not last(box)["effect"]


def test_a_second_registration_can_edit(api, box, switch):
    switch(registration="edits")
    api.register(firstName="Anna")
    api.register(firstName="Olga")
    assert box.one("customers", "42")["firstName"] == "Olga"


def test_a_second_registration_can_be_a_protocol_error(api, box, switch):
    switch(registration="protocol_error")
    api.register()
    assert api.register().status_code == 400


def test_the_contact_of_a_guest_can_be_registered(api, box):
    guest = {"customer": {"email": "guest@example.com"}}
    api.call("CreateUnauthorizedOrder", {**guest, **order()})
    assert api.register(email="guest@example.com").json()["status"] == "Success"
    assert len(box.customers) == 1


def test_a_customer_seen_before_his_registration_is_registered(api, box):
    """What is told of him before the registration is executed makes a stub."""
    api.call("SetCart", {**who(), "productList": [item("A")]})
    assert api.register().json()["customer"]["processingStatus"] == "Created"
    assert box.one("customers", "42")["lists"]["Cart"]["items"]


def test_a_consent_before_its_registration_stands_in_its_way(api, box):
    api.call("SubscribeCustomer", who())
    assert api.register().json()["status"] == "ValidationError"


def test_a_device_alone_registers_nobody(api, box):
    body = {"customer": {"firstName": "Anna"}}
    answer = api.sync("RegisterCustomer", body, deviceUUID=str(uuid.uuid4()))
    assert answer.json()["status"] == "ValidationError" and box.customers == []


# -- edits ---
def test_an_edit_of_somebody_unknown_is_a_success_without_an_effect(api, box):
    api.call("EditCustomer", {"customer": {**who()["customer"], "firstName": "Anna"}})
    assert last(box)["outcome"] == "completed" and box.customers == []


def test_an_edit_can_be_an_import(api, box, switch):
    switch(edits="imports")
    edit(api, "42", firstName="Anna")
    assert box.one("customers", "42")["firstName"] == "Anna"


# -- contacts ---
def test_a_contact_of_somebody_else_stays_his(api, box):
    for ident in ("1", "2"):
        api.register(ident)
    api.call(
        "EditCustomer",
        {"customer": {**who("1")["customer"], "email": "c2@example.com"}},
    )
    assert remarks(last(box)) == ["/customer/email"]
    assert box.one("customers", "2")["email"] == "c2@example.com"
    assert box.one("customers", "1")["email"] == "c1@example.com"


def test_another_contact_contradicts_as_an_identifier_does(api, box):
    """A guest with the phone of the customer, but with another e-mail."""
    guest = {"customer": {"email": "g@example.com", "mobilePhone": "79991234567"}}
    api.call("CreateUnauthorizedOrder", {**guest, **order()})
    api.register()
    edit(api, "42", mobilePhone="79991234567")
    assert box.one("customers", "42")["mobilePhone"] is None
    assert len(box.customers) == 2


def test_a_contact_can_move(api, box, switch):
    switch(contacts="move")
    for ident in ("1", "2"):
        api.register(ident)
    api.call(
        "EditCustomer",
        {"customer": {**who("1")["customer"], "email": "c2@example.com"}},
    )
    assert box.one("customers", "2")["email"] is None and "moved" in told(last(box))


def test_identifiers_of_two_customers_change_nothing(api, box):
    for ident in ("1", "2"):
        api.register(ident)
    second = box.one("customers", "2")["id"]
    ids = {"websiteID": "1", "mindboxId": str(second)}
    api.call("EditCustomer", {"customer": {"ids": ids, "firstName": "Anna"}})
    assert last(box)["outcome"] == "failed"
    assert "firstName" not in box.one("customers", "1")


# -- merges ---
def merge(api, *others, into="1"):
    body = {
        "customersToMerge": [who(ident)["customer"] for ident in others],
        "resultingCustomer": who(into)["customer"],
    }
    return api.sync("MergeCustomers", body)


def test_a_merge_with_somebody_unknown_is_a_success_and_merges_nobody(api, box):
    for ident in ("1", "2"):
        api.register(ident)
    answer = merge(api, "2", "3").json()
    states = [one["processingStatus"] for one in answer["customersToMerge"]]
    assert (answer["status"], states) == ("Success", ["Found", "NotFound"])
    assert len(box.customers) == 2 and not last(box)["effect"]


def test_a_merge_into_somebody_unknown_merges_nobody(api, box):
    api.register("2")
    answer = merge(api, "2", into="1").json()
    assert answer["resultingCustomer"]["processingStatus"] == "NotFound"


def test_who_stays_is_not_among_those_to_merge(api, box):
    for ident in ("1", "2"):
        api.register(ident)
    assert merge(api, "1", "2").status_code == 400


def test_a_contact_that_the_winner_inherits_is_free_once_it_is_emptied(api, box):
    api.register("1")
    api.register("2", mobilePhone="79990000001")
    api.register("3")
    merge(api, "2")
    assert box.one("customers", "1")["mobilePhone"] == "79990000001"
    edit(api, "1", mobilePhone="%CLEAR%")
    edit(api, "3", mobilePhone="79990000001")
    assert box.one("customers", "3")["mobilePhone"] == "79990000001"


def test_a_contact_that_the_winner_has_no_room_for_is_nobodys(api, box):
    api.register("1", mobilePhone="79990000002")
    api.register("2", mobilePhone="79990000001")
    api.register("3")
    merge(api, "2")
    edit(api, "3", mobilePhone="79990000001")
    assert box.one("customers", "3")["mobilePhone"] == "79990000001"


def test_a_merge_can_be_repeated(api, box):
    for ident in ("1", "2"):
        api.register(ident)
    for _ in range(2):
        answer = merge(api, "2").json()
        assert answer["resultingCustomer"]["processingStatus"] == "Merged"


# -- nobody ---
@pytest.mark.parametrize(
    "operation, body",
    [
        ("ViewProduct", {"viewProduct": item("A")}),
        ("SetCart", {"productList": [item("A")]}),
        ("EditCustomer", {"customer": {"firstName": "Anna"}}),
        ("ChangeCustomerBalance", {"balanceChanges": [{"changeAmount": 1}]}),
        ("SetFavoriteOrder", {"order": {"ids": {"websiteID": "S00017"}}}),
        ("UpdateOrder", {"order": {"ids": {"websiteID": "S00017"}}}),
    ],
)
def test_a_call_about_nobody_is_an_error(api, box, operation, body):
    api.register()
    api.sync("UpdateOrder", {**who(), **order()})
    api.call(operation, body)
    assert "neither a customer nor a device" in last(box)["error"]


def test_a_device_is_somebody(api, box):
    query = {"deviceUUID": str(uuid.uuid4())}
    api.call("ViewProduct", {"viewProduct": {"product": item("A")["product"]}}, **query)
    assert last(box)["outcome"] == "completed" and last(box)["effect"]


def test_a_status_finds_its_customer_by_the_order(api, box):
    api.register()
    api.sync("UpdateOrder", {**who(), **order()})
    status = {"order": {"ids": {"websiteID": "S00017"}}, "orderLinesStatus": "Paid"}
    api.call("UpdateOrderStatus", status)
    assert last(box)["effect"]


# -- devices ---
@pytest.mark.parametrize(
    "operation, sent, flagged",
    [
        ("AuthorizeCustomer", True, False),
        ("AuthorizeCustomer", False, True),
        ("EditCustomer", True, True),
        ("EditCustomer", False, False),
    ],
)
def test_a_device_is_needed_or_not_expected(api, box, operation, sent, flagged):
    api.register()
    query = {"deviceUUID": str(uuid.uuid4())} if sent else {}
    api.call(operation, who(), **query)
    assert ("?deviceUUID" in remarks(last(box))) == flagged


def test_the_flag_of_an_operation_can_be_set(api, box):
    api.register()
    box.set_operation("Website.EditCustomer", device="needed")
    api.call("EditCustomer", who())
    box.set_operation("Website.EditCustomer", device="accepted")
    assert remarks(last(box)) == ["?deviceUUID"]


def test_a_device_that_is_not_expected_is_not_taken(api, box):
    api.register()
    api.call("EditCustomer", who(), deviceUUID=str(uuid.uuid4()))
    assert box.one("customers", "42")["devices"] == []


# -- fields ---
@pytest.mark.parametrize(
    "extra, place",
    [
        ({"surprise": 1}, "/surprise"),
        ({"order": {"ids": {"websiteID": "1"}}}, "/order"),
        ({"customer": {**who()["customer"], "firstName": "A"}}, "/customer/firstName"),
        ({"pointOfContact": None}, "/pointOfContact"),
    ],
)
def test_a_field_the_operation_does_not_have_is_flagged(api, box, extra, place):
    device = {"deviceUUID": str(uuid.uuid4())}
    api.call("SetCart", {**who(), "productList": [], **extra}, **device)
    assert remarks(last(box)) == [place] and last(box)["effect"]


def test_fields_of_any_page_can_be_taken(api, box, switch):
    switch(fields="any_page")
    api.call("SetCart", {**who(), "productList": [], "order": {"ids": {}}})
    assert "/order" not in remarks(last(box))


# -- names ---
def test_names_in_other_letters_are_not_kept_where_the_project_says_so(
    api, box, settings
):
    settings(alphabet="ru")
    api.register(firstName="Anna", lastName="Иванова")
    found = box.one("customers", "42")
    assert "firstName" not in found and found["lastName"] == "Иванова"
