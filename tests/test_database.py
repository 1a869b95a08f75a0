"""PostgreSQL goes away in the middle of the work and comes back."""

import time

import databases
import postgres
import psycopg2
import pytest
import requests

from tests.shop import Shop
from tests.test_kill import LATENCY, change, check_last_state, make_customers

# What a server that has lost its database answers, or fails to.
FAILURES = (RuntimeError, ValueError, requests.RequestException, psycopg2.Error)


class Cluster(postgres.Cluster):
    """A cluster that can be taken away from a server."""

    def crash(self):
        """Stop at once, without a word to anybody, and recover from the log."""
        self._control("stop", "-w", "-m", "immediate")


class AskingAgain(Shop):
    """A shop whose people ask again where they have been answered with an error.

    Each worker of Odoo learns that its connections have died when it next uses one.
    """

    def rpc(self, *args, **kwargs):
        deadline = time.monotonic() + 30
        while True:
            try:
                return super().rpc(*args, **kwargs)
            except FAILURES:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)


@pytest.fixture
def cluster(pg, database):
    """A cluster with a shop; the others of this run go on with theirs."""
    # What it says to be committed must survive its processes, not the machine.
    cluster = Cluster(databases.VAR / "test" / "pg", fsync="off")
    name = database()
    with cluster.fresh():
        cluster.copy(name)
        cluster.database = name
        yield cluster


@pytest.fixture
def shop(odoo_server, sandbox, cluster):
    environ = cluster.environ()
    server = odoo_server(cluster.database, workers=2, environ=environ)
    return AskingAgain(server, sandbox, concurrency=4)


def test_a_restart_of_postgresql_loses_nothing_and_repeats_nothing(
    shop, cluster, wait_until
):
    shop.sandbox.fault(latency=LATENCY)
    customers = []
    for number, stop in enumerate((cluster.stop, cluster.crash)):
        before = len(shop.calls())
        customers += make_customers(shop, number)
        change(shop, customers[-5:], number)
        wait_until(lambda before=before: len(shop.calls()) > before + 3, 30)
        stop()
        assert not is_answering(shop)
        cluster.start()
        wait_until(lambda: shop.server.revive() or is_answering(shop), 60)
        with cluster.named():
            shop.server.hurry()
    change(shop, customers[:3], 9)
    wait_until(shop.settled, 90)
    shop.check_arrived()
    check_last_state(shop, customers)


def is_answering(shop):
    try:
        return shop.server.rpc("res.partner", "search_count", [])
    except FAILURES:
        return False
