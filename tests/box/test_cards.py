"""Cards and points."""

from .sender import last, remarks, who


def test_a_card_belongs_to_one_customer_and_identifies_him(api, box):
    api.make_cards("2700")
    for ident in ("1", "2"):
        api.register(ident)
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


def test_points_belong_to_the_customer_and_add_up(api, box):
    api.register()
    for amount in (50.5, -20.25):
        body = {**who(), "balanceChanges": [{"changeAmount": amount}]}
        api.call("ChangeCustomerBalance", body)
    assert box.one("customers", "42")["balances"][0]["total"] == 30.25


def test_where_an_operation_takes_them_points_keep_their_card_and_order(api, box):
    box.set_operation("Website.ChangeCustomerBalance", takes=("discountCard", "order"))
    api.make_cards("2700")
    api.register()
    card = {"discountCard": {"ids": {"number": "2700"}}}
    api.call("IssueDiscountCard", {**who(), **card})
    change = {
        "balanceChanges": [{"changeAmount": 5}],
        "order": {"ids": {"websiteID": "S1"}},
    }
    api.call("ChangeCustomerBalance", {**who(), **card, **change})
    box.set_operation("Website.ChangeCustomerBalance", takes=())
    found = box.one("cards", "2700")
    assert (found["balance"], found["history"][0]["order"]) == (5, "S1")


def issue(api, number="2700", ident="42"):
    card = {"discountCard": {"ids": {"number": number}}}
    return api.sync("IssueDiscountCard", {**who(ident), **card}).json()


def test_a_number_nobody_imported_is_not_found(api, box):
    api.register()
    answer = issue(api)
    assert (answer["status"], answer["discountCard"]["processingStatus"]) == (
        "Success",
        "NotFound",
    )
    assert box.cards == []


def test_a_card_for_somebody_unknown_is_not_processed(api, box):
    api.make_cards("2700")
    answer = issue(api)
    assert answer["customer"]["processingStatus"] == "NotFound"
    assert answer["discountCard"]["processingStatus"] == "NotProcessed"


def test_a_card_named_beside_its_customer_is_not_made(api, box):
    customer = {**who()["customer"], "discountCard": {"ids": {"number": "2700"}}}
    api.sync("RegisterCustomer", {"customer": customer})
    assert box.cards == [] and remarks(last(box)) == ["/customer/discountCard"]


def test_points_do_not_take_a_card_or_an_order_along(api, box):
    api.register()
    change = {
        "balanceChanges": [{"changeAmount": 5}],
        "order": {"ids": {"websiteID": "S1"}},
    }
    api.call("ChangeCustomerBalance", {**who(), **change})
    assert remarks(last(box)) == ["/order"] and last(box)["effect"]
