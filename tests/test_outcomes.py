"""What became of accepted calls is read from Mindbox's own log, and nothing else is.

The sandbox is as strict as Mindbox: it executes later, and tells failures to its log
only. `MINDBOX_OUTCOMES="10000 137 211"` is the long form: calls, failures, remarks;
`MINDBOX_OUTCOMES_LOG=1000000` lets so many calls of others stand in the log.
"""

import os

import databases
import psutil
import pytest

from tests.outcomes import (
    EXPORT,
    NOT_OVER,
    ask,
    ask_for_all,
    exports,
    known,
    start_asking,
    told,
)
from tests.shop import Shop

CALLS, FAILURES, REMARKS = map(
    int, os.environ.get("MINDBOX_OUTCOMES", "600 13 21").split()
)
LOG = int(os.environ.get("MINDBOX_OUTCOMES_LOG", 0))
CHANNELS = "root:3,root.mindbox:1"
# Bytes a second of a download: slow enough to be killed in the middle.
SLOW = 6_000
MEGABYTE = 1 << 20
# What Mindbox quotes in its log, and nobody may keep.
CANARY = "canary-of-the-log@example.com"


@pytest.fixture
def shop(odoo_server, sandbox):
    server = odoo_server(workers=2, channels=CHANNELS)
    shop = Shop(server, sandbox, concurrency=8, log_export_operation=EXPORT)
    # Mindbox takes a merge in synchronous mode only.
    others = [("mode", "=", "sync"), ("event", "!=", "customer_merge")]
    others = shop.rpc("mindbox.operation", "search", others)
    shop.rpc("mindbox.operation", "write", others, {"mode": "async"})
    return shop


def make_customers(shop, number):
    for start in range(0, number, 1000):
        values = [
            {"name": f"Customer {n}", "email": f"outcome{n}@example.com"}
            for n in range(start, min(start + 1000, number))
        ]
        shop.rpc("res.partner", "create", values)


def send(shop, wait_until):
    """Have all calls accepted; some of them fail when they are executed."""
    box = shop.sandbox
    faults = ("late_failure", FAILURES), ("late_remark", REMARKS)
    for seed, (kind, times) in enumerate(faults):
        message = f"No such value: {CANARY}"
        box.fault(kind=kind, times=times, share=0.2, seed=seed, message=message)
    make_customers(shop, CALLS)
    wait_until(shop.settled, 60 + CALLS / 20, every=0.5)
    box.settle()


def keep_asking(shop):
    """Ask where nothing is under way: a minute that was given up waits for its turn."""
    if not exports(shop, NOT_OVER):
        start_asking(shop)
    return True


def ask_for_what_was_sent_instead(shop, wait_until):
    """The first round has sent again what had failed: of that the second one tells."""
    wait_until(shop.settled, 60 + FAILURES, every=0.5)
    shop.sandbox.settle()
    ask_for_all(shop, wait_until)


def kill_while_it_reads(shop, wait_until):
    """`kill -9` all workers while the second file comes in."""
    second = [("state", "=", "reading"), ("file_number", "=", 1)]
    wait_until(lambda: keep_asking(shop) and exports(shop, second), 120)
    before = {worker.pid for worker in shop.server.workers()}
    shop.server.kill9_workers()
    wait_until(
        lambda: len({worker.pid for worker in shop.server.workers()} - before) == 2
    )
    shop.server.hurry()


def test_the_outcome_of_each_call_is_known_and_of_no_other(shop, wait_until):
    send(shop, wait_until)
    box = shop.sandbox
    slow = {"export_files": 3, "export_rate": SLOW * max(1, CALLS // 600)}
    box.control("PUT", "settings", slow)
    box.fault(kind="export_cancelled", times=1)
    box.fault(kind="export_not_ready", times=2)
    kill_while_it_reads(shop, wait_until)
    ask(shop, wait_until)
    if known(shop) != told(shop):
        ask_for_what_was_sent_instead(shop, wait_until)
    expected, found = told(shop), known(shop)
    assert found == expected
    counts = [list(found.values()).count(one) for one in ("failed", "with_remarks")]
    assert counts == [FAILURES, REMARKS]
    assert "cancelled" in {export["state"] for export in exports(shop)}
    ask(shop, wait_until)
    assert known(shop) == expected, "asking again is safe"
    check_nothing_is_kept(shop)


def check_nothing_is_kept(shop):
    tables = ("mindbox_request", "mindbox_export", "queue_job", "mail_message")
    for table in tables:
        query = f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%%' || %s || '%%'"
        [(found,)] = databases.query(query, CANARY, database=shop.server.database)
        assert not found, table
    assert CANARY not in shop.server.log()


@pytest.mark.skipif(not LOG, reason="MINDBOX_OUTCOMES_LOG says how long the log is")
def test_a_long_log_needs_no_memory(shop, wait_until):
    make_customers(shop, 3)
    wait_until(shop.settled, 30)
    shop.sandbox.settle()
    ask(shop, wait_until)
    before = memory(shop)
    shop.sandbox.control("PUT", "settings", {"export_filler": LOG})
    start_asking(shop)
    most = before

    def over():
        nonlocal most
        most = max(most, memory(shop))
        return not exports(shop, NOT_OVER)

    wait_until(over, 600, every=0.2)
    last = exports(shop)[-1]
    assert (last["state"], last["rows_read"] >= LOG) == ("done", True)
    print(f"{LOG} rows: {(most - before) / MEGABYTE:.1f} MB more, {before=}")
    assert most - before < 50 * MEGABYTE


def memory(shop):
    """Bytes of the biggest worker."""
    found = [0]
    for worker in shop.server.workers():
        try:
            found.append(worker.memory_info().rss)
        except psutil.NoSuchProcess:
            continue
    return max(found)


def test_the_connection_test_follows_its_calls_through_the_log(shop, wait_until):
    """A queue takes any call: what the operation does with it stands in the log."""
    action = shop.rpc("mindbox.endpoint", "action_test_connection", [shop.endpoint_id])
    mine = [("test_id", "=", action["res_id"]), ("mode", "=", "async")]
    names = ["is_waiting", "outcome", "is_executed"]

    def followed():
        start_asking(shop)
        lines = shop.rpc("mindbox.connection.test.line", "search_read", mine, names)
        return lines and not any(line["is_waiting"] for line in lines) and lines

    for line in wait_until(followed, 90, every=2):
        # The body is empty: an operation that wants a customer says so.
        assert line["is_executed"] or line["outcome"] == "known", line
