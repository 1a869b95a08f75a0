"""Who is in which group of an experiment: at the sandbox as in Odoo."""

import pytest

from tests.shop import Shop
from tests.test_rfm import get_scheme, know_customers, run

NAME = "Offer.Of.March"


@pytest.fixture
def shop(odoo_server, sandbox):
    sandbox.control("PUT", "settings", {"strictness": {"profile": "strict"}})
    return Shop(odoo_server(workers=2), sandbox)


def groups_in_mindbox(shop, ids):
    """{customer: group} of the experiment's segmentation, as the sandbox has it."""
    customers = {
        i: shop.sandbox.control("GET", f"customers/websiteID:{i}") for i in ids
    }
    return {i: (one.get("segments") or {}).get(NAME) for i, one in customers.items()}


def groups_in_odoo(shop, experiment, ids):
    taking_part = [("experiment_id", "=", experiment), ("partner_id", "in", ids)]
    rows = shop.rpc(
        "rfm.experiment.member", "search_read", taking_part, ["partner_id", "arm"]
    )
    return {row["partner_id"][0]: row["arm"] for row in rows}


def settle(shop, wait_until):
    wait_until(shop.settled, 60)
    shop.sandbox.settle()


def test_groups_arrive_and_leave(shop, wait_until):
    ids = know_customers(shop, wait_until)
    scheme = get_scheme(shop)
    experiment = shop.rpc(
        "rfm.experiment",
        "create",
        {
            "name": "An offer",
            "scheme_id": scheme,
            "share": 30,
            "seed": 3,
            "mindbox_segmentation": NAME,
        },
    )
    shop.rpc("rfm.experiment", "action_look", [experiment])
    shop.rpc("rfm.experiment", "action_start", [experiment])
    settle(shop, wait_until)
    expected = groups_in_odoo(shop, experiment, ids)
    assert set(expected) == set(ids)
    assert set(expected.values()) == {"test", "control"}
    wait_until(lambda: groups_in_mindbox(shop, ids) == expected, 20)

    # Another run changes nobody's group.
    run(shop, wait_until, scheme)
    settle(shop, wait_until)
    assert groups_in_mindbox(shop, ids) == expected

    shop.rpc("rfm.experiment", "action_stop", [experiment])
    settle(shop, wait_until)
    nobody = dict.fromkeys(ids)
    wait_until(lambda: groups_in_mindbox(shop, ids) == nobody, 20)
