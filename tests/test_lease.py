"""A delivery whose lock is lost ends before its successor begins."""

from collections import defaultdict

import databases
import pytest

from tests.shop import Shop

CUSTOMERS = 40
CHANGED = 3
LOSSES = 3
# Slow enough that a batch is on its way for seconds.
LATENCY = 300
END_LOCKS = """
    SELECT pg_terminate_backend(pid) FROM pg_locks
     WHERE locktype = 'advisory' AND classid = %s AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
DELIVERY_LOCK = 0x4D42


@pytest.fixture
def shop(odoo_server, sandbox):
    server = odoo_server(workers=4, channels="root:3,root.mindbox:2")
    return Shop(server, sandbox, concurrency=4)


def test_a_delivery_that_loses_its_lock_does_not_go_on_beside_another(shop, wait_until):
    shop.sandbox.fault(latency=LATENCY)
    customers = []
    for number in range(LOSSES):
        before = len(shop.calls())
        customers += make_customers(shop, number)
        change(shop, customers[-CHANGED:])
        wait_until(lambda before=before: len(shop.calls()) > before + 3, 30)
        wait_until(lambda: query(shop, END_LOCKS, DELIVERY_LOCK), 10)
    wait_until(shop.settled, 60)

    check_bodies(shop)
    shop.check_arrived()
    assert not shop.repeated()
    check_last_states(shop, customers)
    assert query(shop, "SELECT max(token) FROM mindbox_lease")[0][0] > LOSSES


def query(shop, statement, *values):
    return databases.query(statement, *values, database=shop.server.database)


def make_customers(shop, number):
    values = [
        {"name": f"Customer {n}", "email": f"lease{number}-{n}@example.com"}
        for n in range(CUSTOMERS)
    ]
    return shop.rpc("res.partner", "create", values)


def change(shop, customers):
    """Newer states while the older ones may be on their way."""
    for customer in customers:
        shop.rpc("res.partner", "write", [customer], {"name": f"Changed {customer}"})


def check_bodies(shop):
    bodies = defaultdict(set)
    for call in shop.calls():
        bodies[call["transaction_id"]].add(str(call["body"]))
    several = {key for key, found in bodies.items() if len(found) > 1}
    assert not several, "one key with two bodies"


def check_last_states(shop, customers):
    heard = {}
    for call in shop.calls():
        customer = call["body"]["customer"]
        heard[int(customer["ids"]["websiteID"])] = customer["fullName"]
    partners = shop.rpc("res.partner", "read", customers, ["name"])
    assert heard == {partner["id"]: partner["name"] for partner in partners}
