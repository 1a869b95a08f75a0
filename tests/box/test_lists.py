"""Lists and views."""

import uuid

import pytest

from .sender import item, last, who


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
