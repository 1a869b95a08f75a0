"""Lives of customers, lived at random: in the end Mindbox holds what Odoo holds.

Mindbox executes asynchronous calls up to two seconds later, in another order. Whatever
operations are synchronous, and whoever kills the server meanwhile, the state of every
customer, cart, order, card and balance there is the state here, and of every request
Odoo knows what became of it.

    MINDBOX_LIVES=50x40 tests/test_lives.py    the long form: so many customers and
                                               events each, and kills in between
"""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests

from . import outcomes, storefront
from .life import Life

LONG = os.environ.get("MINDBOX_LIVES")
CUSTOMERS, EVENTS = map(int, (LONG or "8x12").split("x"))
KILLS = 3 if LONG else 0
# How many people shop at the same time, each at the customers that are his.
THREADS = 4
WORKERS = 4
# Longer than any execution takes.
SETTLE = 3
MODES = ("default", "async", "sync")
# Only the answer tells whether a card is there; merging exists as synchronous only.
ALWAYS_SYNC = ("card_issue", "customer_merge")


@pytest.fixture(scope="module")
def shop(template_db):
    options = {"settle_seconds": SETTLE, "log_export_operation": outcomes.EXPORT}
    with storefront.opened(template_db, "lives", WORKERS, **options) as shop:
        shop.take_balances_of_cards()
        shop.sites = shop.rpc("website", "search", [], limit=1)
        program = {"name": "Club", "program_type": "loyalty", "applies_on": "both"}
        shop.club = shop.rpc("loyalty.program", "create", program)
        yield shop


@pytest.mark.parametrize("mode", MODES)
def test_in_the_end_mindbox_holds_what_odoo_holds(shop, wait_until, mode):
    set_modes(shop, mode)
    lives = [Life(shop, f"{mode}{number}") for number in range(CUSTOMERS)]
    shares = [lives[number::THREADS] for number in range(THREADS)]
    for share in shares:
        for life in share:
            life.others = share
    with ThreadPoolExecutor(THREADS) as pool:
        for kill in range(KILLS + 1):
            running = [pool.submit(live, share) for share in shares]
            if kill < KILLS:
                shop.server.kill9()
                shop.server.start()
            for share in running:
                share.result()
    wait_until(shop.settled, 90 + 2 * CUSTOMERS * EVENTS * SETTLE / THREADS)
    shop.sandbox.settle()
    assert not refused(shop)
    for life in lives:
        check(life)


def test_what_became_of_every_request_is_known(shop, wait_until):
    outcomes.ask_for_all(shop, wait_until)
    expected, found = outcomes.told(shop), outcomes.known(shop)
    assert found == {key: expected.get(key) for key in found}
    sync = shop.rows("outcome", domain=[("mode", "=", "sync"), ("state", "=", "sent")])
    assert sync and {row["outcome"] for row in sync} <= {"processed", "with_remarks"}


def set_modes(shop, mode):
    """Have all operations of one mode, where Mindbox takes them so; or as they come."""
    if mode != "default":
        domain = [("event", "not in", ALWAYS_SYNC), ("mode", "!=", "bulk")]
        operations = shop.rpc("mindbox.operation", "search", domain)
        shop.rpc("mindbox.operation", "write", operations, {"mode": mode})


def live(lives):
    """Let something happen to each of the customers in turn."""
    for _event in range(EVENTS // (KILLS + 1)):
        for life in lives:
            # A server that is killed has done it or not: Odoo knows.
            with suppress(*((requests.RequestException,) if KILLS else ())):
                life.go_on()


def refused(shop):
    """What Mindbox has refused, in the answer or only in its log.

    Whom a killed server has registered is known when it starts again: such a repeat is
    refused, and told as a change.
    """
    rows = shop.rows("event", "error")
    told = {row["transaction_id"] for row in rows if row["state"] == "skipped"}
    log = shop.sandbox.control("GET", "log?limit=100000")["rows"]
    told |= {row["transaction_id"] for row in log if row["state"] == "completed"}
    return [
        (row["event"], row["error"]) for row in rows if row["state"] == "rejected"
    ] + [
        (row["operation"], row["messages"])
        for row in log
        if row["state"] == "failed" and row["transaction_id"] not in told
    ]


def check(life):
    if life.is_there():
        assert life.at_mindbox() == life.in_odoo(), life.name
    else:
        assert life.ask_mindbox()["id"] == life.became.ask_mindbox()["id"], life.name
