"""Cards and points."""

from .sender import who


def test_a_card_belongs_to_one_customer_and_identifies_him(api, box):
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


def test_points_keep_their_order_and_add_up(api, box):
    api.register()
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
