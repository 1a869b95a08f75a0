"""An event of an add-on that the connector has never heard of."""

import databases
import pytest
from steps import ROOT

from tests.listening import ENVIRON, ListeningShop

ADDONS = ROOT / "tests" / "addons"
EVENT = "review_write"


@pytest.fixture(scope="module")
def with_reviews(template_db):
    """A shop that was there before the add-on came."""
    once = ("--stop-after-init", "--no-http", "--addons-path", ADDONS)
    log = databases.LOGS / "install-shop_reviews.log"
    with databases.cloned(template_db, f"{databases.PREFIX}reviews") as name:
        databases.odoo(name, *once, "-i", "shop_reviews", log=log)
        yield name


@pytest.fixture
def shop(with_reviews, database, odoo_server, sandbox):
    operation = {"name": "Website.WriteReview", "step": "edit", "customer": "import"}
    sandbox.control("PUT", "operations", operation)
    server = odoo_server(database(with_reviews), addons_path=ADDONS, environ=ENVIRON)
    return ListeningShop(server, sandbox)


def write_review(shop, **customer):
    """Let a customer review a product; return the review's ID."""
    partner = shop.rpc("res.partner", "create", {"name": "Reviewer", **customer})
    [product] = shop.rpc("product.template", "search", [], limit=1)
    [model] = shop.rpc("ir.model", "search", [("model", "=", "product.template")])
    review = {"res_model_id": model, "res_id": product, "partner_id": partner}
    return shop.rpc("rating.rating", "create", {**review, "rating": 4, "consumed": 1})


def customer_at_mindbox(shop, email):
    found = shop.sandbox.control("GET", f"customers?q={email}")["customers"]
    return shop.sandbox.control("GET", f"customers/{found[0]['id']}") if found else {}


def rating_at_mindbox(shop, email):
    return customer_at_mindbox(shop, email).get("customFields", {}).get("lastRating")


def test_a_review_reaches_mindbox_by_one_file_of_its_add_on(shop, wait_until):
    [operation] = shop.rpc(
        "mindbox.operation", "search_read", [("event", "=", EVENT)], ["name", "active"]
    )
    assert (operation["name"], operation["active"]) == ("Website.WriteReview", True)
    for model in ("mindbox.operation", "mindbox.request", "mindbox.replay"):
        offered = shop.rpc(model, "fields_get", ["event"])["event"]["selection"]
        assert [EVENT, "Product review written"] in offered

    review = write_review(shop, email="reviewer@example.com")
    wait_until(lambda: rating_at_mindbox(shop, "reviewer@example.com") == 4, 30)

    [row] = shop.rows("display_name", domain=[("event", "=", EVENT)])
    assert row["display_name"].startswith("Product review written")
    [read] = shop.rpc("rating.rating", "read", [review], ["mindbox_request_count"])
    assert read["mindbox_request_count"] == 1


def test_what_mindbox_tells_of_a_survey_is_one_file_of_its_add_on(shop, wait_until):
    partner = shop.rpc("res.partner", "create", {"name": "Asked"})
    ids = {"websiteID": str(partner)}
    shop.told({"kind": "survey", "customer": {"ids": ids}, "answer": 4})
    wait_until(lambda: shop.heard(domain=[("state", "=", "applied")]), 30)
    [read] = shop.rpc("res.partner", "read", [partner], ["survey_answer"])
    assert read["survey_answer"] == 4
    [row] = shop.heard("display_name")
    assert row["display_name"] == "Survey answered: Asked"


def test_a_review_that_mindbox_has_missed_is_found_and_sent(shop, wait_until):
    operation = shop.rpc("mindbox.operation", "search", [("event", "=", EVENT)])
    shop.rpc("mindbox.operation", "write", operation, {"active": False})
    review = write_review(shop, email="missed@example.com")
    wait_until(shop.settled, 30)
    shop.rpc("mindbox.operation", "write", operation, {"active": True})
    shop.rpc("mindbox.endpoint", "action_reconcile", [shop.endpoint_id])
    missing = [("kind", "=", "reviews"), ("res_id", "=", review)]
    found = wait_until(lambda: shop.rpc("mindbox.difference", "search", missing), 60)
    shop.rpc("mindbox.difference", "action_send", found)
    wait_until(lambda: rating_at_mindbox(shop, "missed@example.com") == 4, 30)


def test_a_review_of_somebody_unknown_takes_the_customer_along(shop, wait_until):
    """Kinds of another add-on are sent like ours: the customer first."""
    shop.pause()
    review = write_review(shop, email="unknown@example.com")
    databases.query("DELETE FROM mindbox_request", database=shop.server.database)
    shop.start()
    shop.rpc("mindbox.endpoint", "action_reconcile", [shop.endpoint_id])
    missing = [("kind", "=", "reviews"), ("res_id", "=", review)]
    found = wait_until(lambda: shop.rpc("mindbox.difference", "search", missing), 60)
    shop.rpc("mindbox.difference", "action_send", found)
    wait_until(lambda: rating_at_mindbox(shop, "unknown@example.com") == 4, 30)
    customer = customer_at_mindbox(shop, "unknown@example.com")
    assert "Reviewer" in customer["fullName"]


def test_a_rating_that_was_told_otherwise_is_found_and_told_again(shop, wait_until):
    """What the add-on's entry says is told of a review is kept in the ledger."""
    review = write_review(shop, email="again@example.com")
    wait_until(lambda: rating_at_mindbox(shop, "again@example.com") == 4, 30)
    wait_until(shop.settled, 30)
    changed = f"UPDATE rating_rating SET rating = 2 WHERE id = {review}"
    databases.query(changed, database=shop.server.database)
    shop.rpc("mindbox.endpoint", "action_reconcile", [shop.endpoint_id])
    other = [("kind", "=", "reviews"), ("res_id", "=", review)]
    found = wait_until(lambda: shop.rpc("mindbox.difference", "search", other), 60)
    [row] = shop.rpc("mindbox.difference", "read", found, ["problem", "reason"])
    assert row["problem"] == "state"
    assert "Odoo: rating: 2; told: rating: 4" in row["reason"]
    shop.rpc("mindbox.difference", "action_send", found)
    wait_until(lambda: rating_at_mindbox(shop, "again@example.com") == 2, 30)
