"""What operations that read answer, as documented."""

from .sender import line, order, who


def read_order(api):
    body = {"order": {"ids": {"websiteID": "S00017"}}}
    return api.sync("GetOrder", body).json()["order"]


def save(api, **changes):
    api.register()
    lines = [line(status="Created"), line("2", 1, 100, 90, status="Created")]
    body = {**who(), **order(lines=lines, total=2890)}
    body["order"].update(changes)
    assert api.sync("UpdateOrder", body).ok


def test_an_order_is_read_without_the_ids_of_its_lines(api, box):
    save(api)
    (first, _second) = read_order(api)["lines"]
    assert not {"lineId", "lineNumber"} & set(first)
    assert first["product"] == {"ids": {"website": "SKU-1"}}


def test_numbers_are_texts(api, box):
    save(api)
    found = read_order(api)
    assert found["totalPrice"] == "2890"
    assert found["lines"][0]["priceOfLine"] == "2500"
    assert found["lines"][0]["quantity"] == "2"


def test_a_status_is_an_object_and_there_is_no_delivery_cost(api, box):
    save(api)
    found = read_order(api)
    assert found["lines"][0]["status"] == {"ids": {"externalId": "Created"}}
    assert "deliveryCost" not in found


def test_the_total_is_net_of_what_was_returned(api, box):
    save(api)
    back = {"lineId": "2", "quantity": 1, "status": "Returned"}
    body = {"order": {"ids": {"websiteID": "S00017"}, "lines": [back]}}
    api.sync("UpdateOrderStatus", body)
    assert read_order(api)["totalPrice"] == "2800"


def test_without_a_total_what_was_delivered_counts(api, box):
    save(api, totalPrice=None)
    body = {"order": {"ids": {"websiteID": "S00017"}}, "orderLinesStatus": "Delivered"}
    api.sync("UpdateOrderStatus", body)
    assert read_order(api)["totalPrice"] == "2590"


def test_in_a_list_of_orders_lines_have_their_ids(api, box):
    save(api)
    (found,) = api.sync("GetCustomerOrders", who()).json()["orders"]
    assert found["lines"][0]["lineId"] == "1"
    assert found["lines"][0]["status"]["category"] == "created"


def test_a_customer_is_read_in_texts(api, box):
    api.register(subscriptions=[{"pointOfContact": "Email"}])
    found = api.sync("GetCustomerInfo", who()).json()["customer"]
    assert found["subscriptions"][0]["isSubscribed"] == "true"
    assert isinstance(found["ids"]["mindboxId"], str)


def test_a_balance_names_its_kind(api, box):
    api.register()
    api.sync(
        "ChangeCustomerBalance", {**who(), "balanceChanges": [{"changeAmount": 5}]}
    )
    (found,) = api.sync("GetCustomerBalance", who()).json()["balances"]
    assert found["balanceType"]["ids"] == {"systemName": "Main"}
    assert found["total"] == "5"


def test_what_is_stored_can_be_answered(api, box, switch):
    switch(answers="stored")
    save(api)
    assert read_order(api)["lines"][0]["lineId"] == "1"
