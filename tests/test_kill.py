"""`kill -9` in the middle of the work: nothing lost, one effect per event."""

import pytest

from tests.life import MERGE
from tests.shop import Shop

KILLS = 10
BATCH = 30
# Slow enough that a batch is on its way for seconds.
LATENCY = 400


@pytest.fixture
def shop(odoo_server, sandbox):
    return Shop(odoo_server(workers=2), sandbox, concurrency=4)


def test_killed_workers_lose_nothing_and_repeat_nothing(shop, wait_until):
    shop.sandbox.fault(latency=LATENCY)
    customers = []
    for number in range(KILLS):
        if number % 2:
            # Mindbox has worked it off, and nobody hears of it.
            shop.sandbox.fault(kind="lost_answer", times=2)
        before = len(shop.calls())
        customers += make_customers(shop, number)
        change(shop, customers[-BATCH:], number)
        wait_until(lambda before=before: len(shop.calls()) > before + 3, 30)
        kill(shop, wait_until)
        shop.server.hurry()
    wait_until(shop.settled, 60)
    shop.check_arrived()
    assert len(shop.rows()) >= KILLS * BATCH
    assert shop.repeated(), "no call was ever repeated: the kills came too late"
    check_last_state(shop, customers)
    failed = [("state", "=", "failed"), ("model_name", "=", "mindbox.endpoint")]
    assert not shop.rpc("queue.job", "search_count", failed)


def test_a_killed_server_goes_on_where_it_stopped(shop, wait_until):
    shop.sandbox.fault(latency=LATENCY)
    make_customers(shop, 0)
    wait_until(lambda: len(shop.calls()) > 3, 30)
    shop.server.kill9()
    shop.server.hurry()
    shop.server.start()
    wait_until(shop.settled, 60)
    shop.check_arrived()


def test_what_a_killed_worker_may_have_sent_stays_as_it_was(shop, wait_until):
    """Customers are found to be one while the decisions of one of them are sent."""
    gone, stay = make_customers(shop, 0), make_customers(shop, 1)
    wait_until(shop.settled, 60)
    shop.sandbox.fault(latency=LATENCY)
    before = len(shop.calls())
    decisions = [
        {"partner_id": i, "channel": "sms", "is_subscribed": True} for i in gone
    ]
    shop.rpc("mindbox.consent", "create", decisions)
    wait_until(lambda: len(shop.calls()) > before + 3, 30)
    kill(shop, wait_until)
    for pair in zip(stay, gone, strict=True):
        merge(shop, *pair)
    shop.server.hurry()
    shop.sandbox.heal()
    wait_until(shop.settled, 90)
    assert shop.repeated(), "no call was ever repeated: the kill came too late"
    check_bodies(shop)
    shop.check_arrived()
    for survivor in stay:
        known = shop.sandbox.control("GET", f"customers/websiteID:{survivor}")
        told = {s["pointOfContact"]: s["state"] for s in known["subscriptions"]}
        assert told.get("Sms") == "subscribed"


def merge(shop, survivor, other):
    values = {"partner_ids": [(6, 0, [survivor, other])], "dst_partner_id": survivor}
    wizard = shop.rpc(MERGE, "create", {**values, "state": "selection"})
    shop.rpc(MERGE, "action_merge", [wizard])


def check_bodies(shop):
    """One key, one body, for ever."""
    bodies = {}
    for call in shop.calls():
        body = bodies.setdefault(call["transaction_id"], call["body"])
        assert body == call["body"], call["operation"]


def make_customers(shop, number):
    values = [
        {"name": f"Customer{number} {n}", "email": f"k{number}-{n}@example.com"}
        for n in range(BATCH)
    ]
    return shop.rpc("res.partner", "create", values)


def change(shop, partner_ids, number):
    """A newer state while the older one may be on its way."""
    for partner_id in partner_ids[:3]:
        values = {"name": f"Changed{number} {partner_id}"}
        shop.rpc("res.partner", "write", [partner_id], values)


def kill(shop, wait_until):
    before = {worker.pid for worker in shop.server.workers()}
    shop.server.kill9_workers()
    wait_until(
        lambda: len({worker.pid for worker in shop.server.workers()} - before) == 2
    )


def check_last_state(shop, customers):
    """The last thing Mindbox heard of a customer is how he is."""
    heard = {}
    for call in shop.calls():
        customer = call["body"]["customer"]
        heard[int(customer["ids"]["websiteID"])] = customer["fullName"]
    partners = shop.rpc("res.partner", "read", customers, ["name"])
    for partner in partners:
        assert heard[partner["id"]] == partner["name"]
