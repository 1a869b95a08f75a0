"""Import files that are not quite as the pages say."""

import pytest

CUSTOMERS = "DirectCrm.Customers.Import"
CARDS = "DirectCrm.Customers.ImportCards"
BALANCES = "DirectCrm.CreateCustomerBalanceChangeOperation"
ORDERS = "RetailOrder.Import"
CARD_HEAD = "CardNumber;Status;StatusChangeDateTimeUtc;ExternalIdentitywebsiteID"
STAMP = "2025-01-01 10:00"


@pytest.mark.parametrize(
    "operation, column",
    [
        (CUSTOMERS, "TimeZone"),
        (CUSTOMERS, "IsSubscribedByWebpush"),
        (ORDERS, "OrderDeliveryCost"),
        (ORDERS, "OrderLineNumber"),
        (BALANCES, "CustomerIdentitywebsiteID"),
    ],
)
def test_a_column_no_page_lists_fails_the_file(api, box, operation, column):
    needed = {
        CUSTOMERS: "Email",
        BALANCES: "DiscountCard;ChangeAmount",
        ORDERS: "OrderIdswebsiteID;OrderCreationDateTimeUtc;OrderLastUpdateDateTimeUtc;"
        "CustomerEmail;OrderLineProductIdswebsite;OrderLineQuantity;"
        "OrderLinePriceOfLine;OrderLineStatus",
    }
    done = api.imported(operation, f"{needed[operation]};{column}", "")
    assert done["error"] == f"Unknown column '{column}'"


@pytest.mark.parametrize("channel", ["WebPush", "MobilePush", "Sms", "EmailOnNews"])
def test_channels_are_written_as_their_page_has_them(api, box, channel):
    head = f"ExternalIdentitywebsiteID;IsSubscribedBy{channel}"
    assert api.imported(CUSTOMERS, head, "1;true")["done"] == 1


def test_a_column_without_a_value_fails_the_file(api, box):
    head = "ExternalIdentitywebsiteID;MiddleName;FirstName"
    done = api.imported(CUSTOMERS, head, "1;;Anna", "2;;")
    assert done["error"] == "Columns without a value: MiddleName"
    assert box.customers == []


def test_a_column_with_one_value_is_taken(api, box):
    head = "ExternalIdentitywebsiteID;MiddleName"
    assert api.imported(CUSTOMERS, head, "1;", "2;Ivanovna")["done"] == 2


def test_empty_and_unlisted_columns_can_be_taken(api, box, switch):
    switch(columns="taken")
    head = "ExternalIdentitywebsiteID;MiddleName;TimeZone"
    assert api.imported(CUSTOMERS, head, "1;;Europe/Moscow")["done"] == 1


@pytest.mark.parametrize(
    "operation, http",
    [(CUSTOMERS, 200), (CARDS, 200), (ORDERS, 400), (BALANCES, 400)],
)
def test_gzip_is_taken_where_its_page_names_it(api, box, operation, http):
    answer = api.csv(operation, "CardNumber", "1", zipped=True)
    assert answer.status_code == http


def test_a_file_makes_cards_with_their_owners(api, box):
    api.imported(
        CARDS, CARD_HEAD, f"555;Activated;{STAMP};10", newCardCreationAllowed="true"
    )
    found = box.one("customers", "10")
    assert found["cards"][0]["status"] == "Activated"


def test_a_file_makes_no_cards_where_it_may_not(api, box):
    done = api.imported(CARDS, CARD_HEAD, f"555;Activated;{STAMP};10")
    assert (done["rejected"], box.cards) == (1, [])


def test_a_card_of_somebody_else_stays_his(api, box):
    rows = f"555;Activated;{STAMP};10", f"555;Activated;{STAMP};11"
    done = api.imported(CARDS, CARD_HEAD, *rows, newCardCreationAllowed="true")
    assert (done["done"], done["rejected"]) == (1, 1)


def test_a_file_of_cards_needs_status_and_moment(api, box):
    done = api.imported(CARDS, "CardNumber;Status", "555;Blocked")
    assert "StatusChangeDateTimeUtc" in done["error"]


def test_a_file_knows_three_statuses_of_cards(api, box):
    done = api.imported(
        CARDS, CARD_HEAD, f"5;Issued;{STAMP};1", newCardCreationAllowed="true"
    )
    assert "unknown card status" in done["problems"][0]["reason"]


def test_a_file_of_customers_makes_no_card(api, box):
    done = api.imported(CUSTOMERS, "ExternalIdentitywebsiteID;DiscountCard", "1;555")
    assert (done["done"], done["warnings"], box.cards) == (1, 1, [])


@pytest.mark.parametrize(
    "cells, reason",
    [("-5;2030-01-01", "ExpirationDateTimeUtc"), ("-5;", "below zero")],
)
def test_points_are_not_taken_with_an_expiry_or_below_zero(api, box, cells, reason):
    api.register()
    head = "CustomerIdentity;ChangeAmount;ExpirationDateTimeUtc"
    done = api.imported(BALANCES, head, "42;1;2030-01-01", f"42;{cells}")
    assert reason in done["problems"][0]["reason"]


def test_an_order_of_somebody_unknown_is_rejected(api, box):
    head = (
        "OrderIdswebsiteID;OrderCreationDateTimeUtc;OrderLastUpdateDateTimeUtc;"
        "CustomerIdswebsiteID;OrderLineProductIdswebsite;OrderLineQuantity;"
        "OrderLinePriceOfLine;OrderLineStatus"
    )
    done = api.imported(ORDERS, head, f"O1;{STAMP};{STAMP};77;SKU;1;10;Paid")
    assert (done["rejected"], box.orders) == (1, [])
