"""An event of an add-on that the connector has never heard of."""

import databases
import pytest
from steps import ROOT

from tests.shop import Shop

ADDONS = ROOT / "tests" / "addons"
EVENT = "review_write"


@pytest.fixture
def shop(database, odoo_server, sandbox):
    """A shop that was there before the add-on came."""
    name = database()
    once = ("--stop-after-init", "--no-http", "--addons-path", ADDONS)
    log = databases.LOGS / "install-shop_reviews.log"
    databases.odoo(name, *once, "-i", "shop_reviews", log=log)
    return Shop(odoo_server(name, addons_path=ADDONS), sandbox)


def test_a_review_reaches_mindbox_by_one_file_of_its_add_on(shop, wait_until):
    sandbox = shop.sandbox
    [operation] = shop.rpc(
        "mindbox.operation", "search_read", [("event", "=", EVENT)], ["name", "active"]
    )
    assert (operation["name"], operation["active"]) == ("Website.WriteReview", True)
    for model in ("mindbox.operation", "mindbox.request", "mindbox.replay"):
        offered = shop.rpc(model, "fields_get", ["event"])["event"]["selection"]
        assert [EVENT, "Product review written"] in offered

    edit = {"name": operation["name"], "step": "edit", "customer": "import"}
    sandbox.control("PUT", "operations", edit)
    values = {"name": "Reviewer", "email": "reviewer@example.com"}
    partner = shop.rpc("res.partner", "create", values)
    [product] = shop.rpc("product.template", "search", [], limit=1)
    [model] = shop.rpc("ir.model", "search", [("model", "=", "product.template")])
    review = {"res_model_id": model, "res_id": product, "partner_id": partner}
    review = shop.rpc(
        "rating.rating", "create", {**review, "rating": 4, "consumed": True}
    )
    wait_until(shop.settled, 30)

    [found] = sandbox.control("GET", "customers?q=reviewer")["customers"]
    customer = sandbox.control("GET", f"customers/{found['id']}")
    assert customer["customFields"] == {"lastRating": 4}
    [row] = shop.rows("display_name", domain=[("event", "=", EVENT)])
    assert row["display_name"].startswith("Product review written")
    [read] = shop.rpc("rating.rating", "read", [review], ["mindbox_request_count"])
    assert read["mindbox_request_count"] == 1
