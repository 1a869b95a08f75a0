"""What the shop commits is recorded, whatever keeps the outbox from taking it in."""

import threading
from contextlib import contextmanager

import psycopg2
import pytest

from tests.shop import Shop

CUSTOMERS = 6
# Milliseconds that a statement of the server waits for a lock, or takes at all.
PATIENCE = 400


@pytest.fixture
def make_shop(odoo_server, sandbox):
    def make(option="application_name", value="shop"):
        environ = {"PGOPTIONS": f"-c {option}={value}"}
        return Shop(odoo_server(workers=3, environ=environ), sandbox)

    return make


@pytest.mark.parametrize(
    ("option", "lock"),
    [
        ("lock_timeout", "mindbox_request IN ACCESS EXCLUSIVE"),
        ("statement_timeout", "mindbox_request IN ACCESS EXCLUSIVE"),
        # What the rows refer to.
        ("lock_timeout", "mindbox_endpoint IN EXCLUSIVE"),
    ],
    ids=["lock", "statement", "reference"],
)
def test_a_locked_outbox_loses_nothing(make_shop, wait_until, option, lock):
    shop = make_shop(option, PATIENCE)
    customers = make_customers(shop)
    wait_until(shop.settled, 30)
    with locked(shop, f"LOCK TABLE {lock} MODE"):
        works = [start(rename, shop, customer) for customer in customers[1:]]
        # So long that the request is repeated no more.
        rename(shop, customers[0])
    for work in works:
        work.join()
    check_equal(shop, customers, wait_until)


def test_a_deadlock_with_the_outbox_loses_nothing(make_shop, wait_until):
    shop = make_shop()
    customers = make_customers(shop)
    wait_until(shop.settled, 30)
    with locked(shop, "LOCK TABLE mindbox_request IN SHARE MODE") as cr:
        work = start(rename, shop, customers[0])
        wait_until(lambda: blocks(cr), 10)
        # The shop waits for the outbox; its victim waits for the shop: one must end.
        cr.execute("SET LOCAL deadlock_timeout = '60s'")
        cr.execute("SELECT 1 FROM res_partner WHERE id = %s FOR UPDATE", customers[:1])
    work.join()
    check_equal(shop, customers, wait_until)


@contextmanager
def locked(shop, statement):
    """Hold a lock on the shop's database."""
    with psycopg2.connect(dbname=shop.server.database) as connection:
        with connection.cursor() as cr:
            cr.execute(statement)
            yield cr
    connection.close()


def blocks(cr):
    """Whether somebody waits for what this connection has locked."""
    cr.execute(
        "SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY"
        " (pg_blocking_pids(pid))"
    )
    return cr.fetchone()


def start(work, *args):
    thread = threading.Thread(target=work, args=args)
    thread.start()
    return thread


def make_customers(shop):
    values = [
        {"name": f"Customer {n}", "email": f"recorded{n}@example.com"}
        for n in range(CUSTOMERS)
    ]
    return shop.rpc("res.partner", "create", values)


def rename(shop, customer):
    shop.rpc("res.partner", "write", [customer], {"name": f"Renamed {customer}"})


def check_equal(shop, customers, wait_until):
    """What Mindbox knows is what the shop knows, of customers who were renamed."""

    def equal():
        partners = shop.rpc("res.partner", "read", customers, ["name"])
        heard = {}
        for call in shop.calls():
            customer = call["body"]["customer"]
            heard[int(customer["ids"]["websiteID"])] = customer["fullName"]
        return heard == {partner["id"]: partner["name"] for partner in partners}

    renamed = shop.rpc("res.partner", "read", customers[:1], ["name"])
    assert renamed[0]["name"].startswith("Renamed")
    wait_until(equal, 75)
