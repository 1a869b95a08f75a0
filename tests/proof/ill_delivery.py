"""The delivery itself is hit: killed, robbed of its lock, or held up by a few."""

import time
from itertools import islice

from .verdict import BALANCE
from .weather import go_through, scenario
from .world import wait_until

# The connections that hold the lock of a delivery.
END_LOCKS = """
    SELECT pg_terminate_backend(pid) FROM pg_locks
     WHERE locktype = 'advisory' AND classid::bigint %% 65536 = %s AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
DELIVERY_LOCK = 0x4D42
REFUSALS = ({"kind": "503"}, {"kind": "429", "retry_after": 1})
POISON = 3


@scenario("Killed with -9, and the repeats are refused: 503, 429")
def killed_and_refused(there, short):
    """A body that may have left is frozen, whatever becomes of its repeats."""

    def kill(seconds):
        for refusal in islice(REFUSALS, 1 if short else None):
            there.sandbox.fault(latency=300)
            time.sleep(3)
            there.server.kill9()
            there.sandbox.fault(latency=0, times=20, **refusal)
            there.server.start()
            time.sleep(5)

    go_through(there, kill, 15, recovery=30)


@scenario("Killed with -9, and the repeats are answered with 401")
def killed_and_unauthorized(there, short):
    """It pauses; what may have left leaves as it was, when somebody starts it."""

    def kill(seconds):
        there.sandbox.fault(latency=300)
        time.sleep(3)
        there.server.kill9()
        there.sandbox.fault(latency=0, kind="401")
        there.server.start()
        paused = "SELECT state = 'paused' FROM mindbox_endpoint WHERE id = %s"
        wait_until(lambda: there.query(paused, there.endpoint_id)[0][0], 60)
        time.sleep(seconds / 5)
        there.sandbox.heal()
        there.start()

    go_through(there, kill, 15, recovery=30)


@scenario("The connection with the delivery's lock lost, again and again")
def lock_lost(there, short):
    def rob(seconds):
        there.sandbox.fault(latency=200)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            time.sleep(2)
            there.query(END_LOCKS, DELIVERY_LOCK)
        there.sandbox.fault(latency=0)

    go_through(there, rob, 10 if short else 20, recovery=30)


@scenario("Three customers whose calls always fail")
def poison_customers(there, short):
    sick = [f"websiteID:{partner}" for partner in there.partners[:POISON]]

    def poison(seconds):
        there.sandbox.fault(kind="500", customers=sick)
        time.sleep(seconds)

    go_through(there, poison, 10 if short else 30)


@scenario("One operation throttled, the others not")
def operation_throttled(there, short):
    def throttle(seconds):
        there.sandbox.fault(kind="429", retry_after=5, operation=BALANCE)
        time.sleep(seconds)

    go_through(there, throttle, 10 if short else 30)


@scenario(
    "The outbox locked, as by an update",
    environ={"PGOPTIONS": "-c lock_timeout=500"},
)
def outbox_locked(there, short):
    """What the shop commits meanwhile is kept, and recorded when the lock is gone."""

    def lock(seconds):
        for _turn in range(2):
            there.query(
                "BEGIN; LOCK TABLE mindbox_request IN SHARE MODE;"
                " SELECT pg_sleep(%s); COMMIT",
                seconds / 3,
            )
            time.sleep(1)

    go_through(there, lock, 12 if short else 24, recovery=30)
