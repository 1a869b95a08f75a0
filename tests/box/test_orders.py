"""Orders, their money and their statuses."""

import pytest

from .sender import last, line, order, told, who


def test_checkout_of_a_known_order_and_status_of_an_unknown_one_are_refused(api, box):
    body = {**who(), **order()}
    assert api.call("CreateAuthorizedOrder", body).ok
    assert api.sync("CreateAuthorizedOrder", body).status_code == 400
    assert api.call("CreateAuthorizedOrder", body).json() == {"status": "Success"}
    assert last(box)["error"] == "The order exists already" and not last(box)["effect"]
    status = {"order": {"ids": {"websiteID": "nothing"}}, "orderLinesStatus": "Paid"}
    assert api.sync("UpdateOrderStatus", status).status_code == 400


def test_updating_an_order_creates_it_where_it_is_missing(api, box):
    api.register()
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
    api.register()
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
    api.register()
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


def test_content_that_comes_after_newer_statuses_of_parts_doubles_no_line(api, box):
    api.register()
    first, then = ("05.03.2026 09:00:00.000", "05.03.2026 10:00:00.000")
    whole = [line(quantity=5, base=100, price=500)]
    parts = [
        line(quantity=2, base=100, price=200),
        line(quantity=3, base=100, price=300, lineNumber=2),
    ]
    stamp = {"executionDateTimeUtc": first}
    api.call("UpdateOrder", {**who(), **order(lines=whole, total=800), **stamp})
    status(api, [{"lineId": "1", "quantity": 3, "status": "Delivered"}], stamp=then)
    api.call("UpdateOrder", {**who(), **order(lines=parts, total=800), **stamp})
    found = sorted(one["quantity"] for one in box.orders[0]["lines"])
    assert found == [2, 3]
