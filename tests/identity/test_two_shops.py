"""Two shops, each with a Mindbox of its own, and customers that both know."""

from types import SimpleNamespace

import pytest

from ..conftest import LOGS, ROOT, Sandbox, processes
from ..shop import KEY
from .conftest import SETTLE

CODE = "second.Website"


@pytest.fixture(scope="module")
def second_box():
    """The Mindbox of the second shop."""
    box = Sandbox(LOGS / "second-sandbox.log")
    with processes.child(box.command(), box.log_path, cwd=ROOT) as process:
        processes.wait_for(box.page_url, process)
        box.control("PUT", "endpoints", {CODE: [KEY]})
        box.control("PUT", "settings", {"strictness": "strict"})
        yield box


@pytest.fixture
def second(shop, second_box):
    """Connect another shop: ``second(company, website)``; it is undone afterwards."""
    made = []

    def connect(company=False, website=False):
        values = {"name": "Second", "url": second_box.api_url, "secret_key": KEY}
        values |= {"endpoint_code": CODE, "settle_seconds": SETTLE}
        values |= {"company_id": company or 1, "website_id": website}
        endpoint = shop.rpc("mindbox.endpoint", "create", values)
        shop.rpc("mindbox.endpoint", "action_start", [endpoint])
        made.append(endpoint)
        return SimpleNamespace(id=endpoint, box=second_box)

    yield connect
    shop.rpc("mindbox.endpoint", "write", made, {"active": False})


def make_program(shop, **values):
    """The only program: it gives a point for each unit of money that is spent."""
    others = shop.rpc("loyalty.program", "search", [])
    shop.rpc("loyalty.program", "write", others, {"active": False})
    rule = {"reward_point_mode": "money", "reward_point_amount": 1}
    reward = {"reward_type": "discount", "required_points": 100_000}
    values = {
        "name": "Points",
        "program_type": "loyalty",
        "applies_on": "both",
        "trigger": "auto",
        "rule_ids": [(0, 0, rule)],
        "reward_ids": [(0, 0, reward)],
        **values,
    }
    return shop.rpc("loyalty.program", "create", values)


def make_customer(shop, name, **context):
    values = {"name": name, "email": f"{name.lower()}@two.example.com"}
    return shop.rpc("res.partner", "create", values, context=context)


def buy(shop, partner, price, **values):
    line = {"product_id": shop.lesson["id"], "price_unit": price}
    values |= {"partner_id": partner, "order_line": [(0, 0, line)]}
    order = shop.rpc("sale.order", "create", values)
    shop.rpc("sale.order", "action_confirm", [order])
    return order


def settle(shop, wait_until, *boxes):
    wait_until(shop.settled, seconds=90)
    for box in boxes:
        box.settle()


def find(box, partner):
    """Return what a Mindbox holds of a customer, None where it knows nothing."""
    customers = box.control("GET", "customers?limit=1000")["customers"]
    ids = [customer["ids"].get("websiteID") for customer in customers]
    if str(partner) not in ids:
        return None
    return box.control("GET", f"customers/websiteID:{partner}")


def balance(box, partner):
    customer = find(box, partner)
    return customer and sum(float(one["total"]) for one in customer["balances"])


def test_points_are_told_wherever_the_owner_of_the_card_buys(shop, second, wait_until):
    website = shop.rpc("website", "create", {"name": "Second", "company_id": 1})
    other = second(website=website)
    program = make_program(shop)
    anna = make_customer(shop, "Anna")
    values = {"program_id": program, "partner_id": anna, "points": 100}
    card = shop.rpc("loyalty.card", "create", values)
    settle(shop, wait_until, shop.sandbox, other.box)
    assert balance(shop.sandbox, anna) == 100
    assert find(other.box, anna) is None

    buy(shop, anna, 300, website_id=website)
    [points] = shop.rpc("loyalty.card", "read", [card], ["points"])
    assert points["points"] == 400
    settle(shop, wait_until, shop.sandbox, other.box)
    assert balance(other.box, anna) == 400
    assert balance(shop.sandbox, anna) == 400
    codes = [c["number"] for c in find(other.box, anna)["cards"]]
    assert len(codes) == 1

    shop.rpc("loyalty.card", "write", [card], {"points": 350})
    settle(shop, wait_until, shop.sandbox, other.box)
    assert balance(other.box, anna) == balance(shop.sandbox, anna) == 350


def test_a_card_for_one_website_is_told_there_alone(shop, second, wait_until):
    website = shop.rpc("website", "create", {"name": "Third", "company_id": 1})
    other = second(website=website)
    program = make_program(shop, website_id=website)
    boris = make_customer(shop, "Boris")
    for where in (website, False):
        buy(shop, boris, 10, website_id=where)
    values = {"program_id": program, "partner_id": boris, "points": 70}
    shop.rpc("loyalty.card", "create", values)
    settle(shop, wait_until, shop.sandbox, other.box)
    mine = [("partner_id", "=", boris)]
    cards = shop.rpc("loyalty.card", "search_read", mine, ["points"])
    assert balance(other.box, boris) == sum(card["points"] for card in cards)
    assert not balance(shop.sandbox, boris)


def test_who_never_bought_there_is_known_where_the_card_is_for_one_website(
    shop, second, wait_until
):
    website = shop.rpc("website", "create", {"name": "Fourth", "company_id": 1})
    other = second(website=website)
    program = make_program(shop, website_id=website)
    dina, egor = (make_customer(shop, name) for name in ("Dina", "Egor"))
    values = {"program_id": program, "partner_id": dina, "points": 40}
    card = shop.rpc("loyalty.card", "create", values)
    settle(shop, wait_until, shop.sandbox, other.box)
    assert balance(other.box, dina) == 40
    assert len(find(other.box, dina)["cards"]) == 1
    assert find(shop.sandbox, dina)["email"], "still a customer of the first shop"

    shop.rpc("loyalty.card", "write", [card], {"partner_id": egor})
    settle(shop, wait_until, shop.sandbox, other.box)
    assert balance(other.box, egor) == 40


def test_a_shared_contact_goes_to_the_company_that_has_made_it(
    shop, second, wait_until
):
    company = shop.rpc("res.company", "create", {"name": "Second"})
    other = second(company=company)
    user = shop.rpc("res.users", "search", [("login", "=", "admin")])
    shop.rpc("res.users", "write", user, {"company_ids": [(4, company)]})

    vera = make_customer(shop, "Vera", allowed_company_ids=[company])
    gleb = make_customer(shop, "Gleb", allowed_company_ids=[1])
    settle(shop, wait_until, shop.sandbox, other.box)
    assert find(other.box, vera) and find(shop.sandbox, vera) is None
    assert find(shop.sandbox, gleb) and find(other.box, gleb) is None
