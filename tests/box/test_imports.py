"""Import files, and what becomes of their rows."""

import json
import uuid

import pytest

CUSTOMERS = "DirectCrm.Customers.Import"
ORDERS = "RetailOrder.Import"
SEGMENTS = "DirectCrm.StaticCustomerSegments.Import"
ORDER_HEAD = (
    "OrderIdswebsiteID;CustomerIdswebsiteID;OrderCreationDateTimeUtc;"
    "OrderLastUpdateDateTimeUtc;OrderLineId;OrderLineProductIdswebsite;OrderLineQuantity;"
    "OrderLinePriceOfLine;OrderTotalPrice;OrderLineStatus"
)


def order_row(key="O1", number=1, quantity="1", price="10.50", total="30.75"):
    stamp = "2025-01-01 10:00:00.000"
    line = (number, f"SKU-{number}", quantity, price, total, "Delivered")
    return ";".join(map(str, (key, "10", stamp, stamp, *line)))


def test_customers_are_imported_with_quotes_newlines_and_empty_cells(api, box):
    api.make_cards("555")
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
    api.register("10")
    rows = order_row(), order_row(number=2, quantity="1.5", price="20.25")
    done = api.imported(ORDERS, ORDER_HEAD, *rows)
    assert (done["done"], done["results"], done["rejected"]) == (2, 1, 0)
    found = box.orders[0]
    assert found["expectedTotal"] == found["totalPrice"] == 30.75
    assert [one["quantity"] for one in found["lines"]] == [1, 1.5]


def test_a_poison_row_rejects_its_order_only(api, box):
    api.register("10")
    rows = order_row(), order_row(number=2, price="1,5"), order_row("O2", total="10.50")
    done = api.imported(ORDERS, ORDER_HEAD, *rows)
    assert (done["done"], done["rejected"], done["results"]) == (1, 2, 1)
    assert [one["key"] for one in box.orders] == ["O2"]


def test_an_imported_order_that_does_not_add_up_is_noted(api, box):
    api.register("10")
    done = api.imported(ORDERS, ORDER_HEAD, order_row(total="99"))
    assert "totalMismatch" in json.dumps(done["problems"])


def test_segments_need_a_customer_and_an_empty_cell_takes_out(api, box):
    api.register("10")
    head = "CustomerExternalIdentitywebsiteID;SegmentationExternalId;SegmentExternalId"
    done = api.imported(SEGMENTS, head, "10;RFM;champions", "99;RFM;new")
    assert (done["done"], done["rejected"]) == (1, 1)
    assert box.one("customers", "10")["segments"] == {"RFM": "champions"}
    api.imported(SEGMENTS, head, "10;RFM;")
    assert box.segments == []


def test_a_zipped_file_and_another_code_page_are_read(api, box):
    head = "ExternalIdentitywebsiteID;FirstName"
    api.imported(CUSTOMERS, head, "1;Анна", zipped=True)
    api.imported(CUSTOMERS, head, "2;Олег", encoding="cp1251", csvCodePage="1251")
    assert {one["firstName"] for one in box.customers} == {"Анна", "Олег"}


@pytest.mark.parametrize(
    "changes",
    [
        {"csvColumnDelimiter": None},
        {"csvTextQualifier": "''"},
        {"csvCodePage": "866"},
    ],
)
def test_a_call_that_does_not_say_how_to_read_its_file_is_refused(api, box, changes):
    assert api.csv(CUSTOMERS, "Email", "a@b.ru", **changes).status_code == 400


WRONG = (
    (["Nothing;Email", "1;a@b.ru"], {}),
    (["Email;Email", "a@b.ru;a@b.ru"], {}),
    (["\ufeffEmail", "a@b.ru"], {}),
    (["FirstName", "Anna"], {}),
    ([], {}),
    (["Email;FirstName", "a@b.ru;Жан"], {"encoding": "cp1251"}),
)


@pytest.mark.parametrize("rows, changes", WRONG)
def test_the_task_of_a_wrong_file_fails_and_the_call_does_not(api, box, rows, changes):
    done = api.imported(CUSTOMERS, *rows, **changes)
    assert done["state"] == "failed" and done["error"]


@pytest.mark.parametrize("rows, changes", WRONG)
def test_a_wrong_file_can_be_refused(api, box, switch, rows, changes):
    switch(files="refused")
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
