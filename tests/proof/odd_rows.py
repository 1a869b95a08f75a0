"""Rows that are not like the others: elsewhere, refused, poisoned, too many."""

import threading
import time

from tests import outcomes
from tests.outcomes import EXPORT
from tests.shop import KEY

from .verdict import BALANCE, count_failed_late
from .weather import CALM, go_through, scenario
from .world import GROUP, wait_until


@scenario("One integration point down, another healthy")
def one_down(there, short):
    other = connect_second(there)
    there.sandbox.fault(kind="black_hole", endpoint="demo.Website")
    end = there.live_beside(60)
    time.sleep(3)
    arrived = []
    for number in range(10):
        began = time.time()
        insert_facts(there, 1, endpoint=other, lane=f"second-{number}")
        wait_for_call(there, "second.Website", number + 1)
        arrived.append(time.time() - began)
    end()
    there.result.notes.append(
        f"the healthy one delivered within {max(arrived):.1f} s all the time"
    )
    there.result.expect_within(10, max(arrived), "the healthy one took")
    healed = there.heal()
    there.remember_calm(CALM)
    there.result.drained_in = there.settle() + time.time() - healed - CALM
    there.judge(healed)


def connect_second(there):
    keys = {"demo.Website": [KEY], "second.Website": [KEY]}
    there.sandbox.control("PUT", "endpoints", keys)
    company = there.rpc("res.company", "create", {"name": "Second"})
    values = {"name": "Second", "company_id": company, "url": there.relay.url}
    values |= {"endpoint_code": "second.Website", "secret_key": KEY}
    endpoint = there.rpc("mindbox.endpoint", "create", values)
    there.rpc("mindbox.endpoint", "action_start", [endpoint])
    return endpoint


def wait_for_call(there, endpoint, count, seconds=60):
    deadline = time.time() + seconds
    while time.time() < deadline:
        if len(there.sandbox.calls(endpoint_id=endpoint, limit=1000)["calls"]) >= count:
            return
        time.sleep(0.05)


def insert_facts(there, count, endpoint=None, lane="rejected", event="product_view"):
    """Put facts into the outbox that have a body already, and kick the delivery."""
    endpoint = endpoint or there.endpoint_id
    there.query(
        """
        INSERT INTO mindbox_request (
            endpoint_id, operation_id, event, mode, res_model, res_id, customer_key,
            transaction_id, occurred_at, next_attempt_at, priority, state, attempts,
            payload)
        SELECT endpoint_id, id, event, 'async', 'product.product', 1, %s || number,
               gen_random_uuid(), now() at time zone 'UTC', now() at time zone 'UTC',
               priority, 'pending', 0,
               '{"viewProduct": {"product": {"ids": {"website": "1"}}},
                 "customer": {"ids": {"websiteID": "1"}}}'
          FROM mindbox_operation, generate_series(1, %s) number
         WHERE endpoint_id = %s AND event = %s
        """,
        lane,
        count,
        endpoint,
        event,
    )
    there.rpc("mindbox.endpoint", "action_start", [endpoint])


@scenario("A thousand rejected rows at the head")
def rejected_head(there, short):
    there.sandbox.fault(kind="400", operation="Website.ViewProduct")

    def rejected():
        statement = "SELECT count(*) FROM mindbox_request WHERE state = 'rejected'"
        return there.query(statement)[0][0]

    def insert(seconds):
        insert_facts(there, 1000)
        deadline = time.monotonic() + 3 * seconds
        while rejected() < 1000 and time.monotonic() < deadline:
            time.sleep(0.3)

    go_through(there, insert, 10)
    there.result.expect(rejected() == 1000, f"{rejected()} rejected")


@scenario("A poison body that always fails")
def poison(there, short):
    there.sandbox.fault(kind="500", operation="Website.ViewProduct")
    insert_facts(there, 1)
    there.remember_calm(10 if short else 20)
    deadline = time.time() + 60
    while there.waiting() > 1 and time.time() < deadline:
        time.sleep(0.3)
    there.result.expect(there.waiting() == 1, "others wait behind the poison")
    healed = there.heal()
    there.start()
    there.result.drained_in = there.settle() + time.time() - healed
    there.judge()


@scenario("A burst of 100 times the normal rate")
def burst(there, short):
    there.remember_calm(3)
    threads = [
        threading.Thread(
            target=lambda group=group: [
                there.add_points(group) for _n in range(10 if short else 40)
            ]
        )
        for group in there.cards
    ]
    before, began = set(there.acknowledged), time.time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.time() - began
    there.calm += [event for event in there.acknowledged if event not in before]
    there.result.drained_in = there.settle()
    there.judge()
    events = len(there.calm)
    # 200,000 events a day are 2.3 a second.
    there.result.notes.append(f"{events / took:.0f} events a second for {took:.0f} s")


@scenario("Accepted, and refused when it is executed", log_export_operation=EXPORT)
def refused_late(there, short):
    """The log tells, and what was refused because of what is missing comes again."""
    there.remember_calm(CALM)
    there.settle()
    fault = {"kind": "late_failure", "operation": BALANCE, "share": 0.3}
    there.sandbox.fault(**fault, message="Заказ не найден")
    # One event of each card: what comes again is the card's last one.
    for group in there.cards:
        there.add_points(group)
    there.settle()
    there.sandbox.settle()
    began = time.time()
    there.heal()
    refused = count_failed_late(there.calls())
    there.result.expect(refused > GROUP, f"{refused} refused late: proves nothing")
    outcomes.ask_for_all(there, wait_until)
    found = there.rows(domain=[("outcome", "=", "failed")])
    there.result.expect(not found, f"{len(found)} for somebody to act")
    there.settle()
    there.result.drained_in = time.time() - began
    there.judge()
    there.result.notes.append(f"{refused} refused late and sent again")
