"""Millions of rows: what claiming, looking and cleaning cost, and how a backlog drains.

Sizes by environment variables: PROOF_FINISHED (5,000,000), PROOF_WAITING (1,000,000)
and PROOF_DRAIN, the seconds of draining that are measured (60), or `all`.
"""

import math
import os
import statistics
import threading
import time
from contextlib import contextmanager

from .inside import odoo, rows_read, timed
from .verdict import BALANCE, count_inversions, moment, percentile
from .weather import scenario

FINISHED = int(os.environ.get("PROOF_FINISHED", 5_000_000))
WAITING = int(os.environ.get("PROOF_WAITING", 1_000_000))
DRAIN = os.environ.get("PROOF_DRAIN", "60")
SECONDS = math.inf if DRAIN == "all" else int(DRAIN)
# A backlog that comes from a week away must be gone within a night.
NIGHT = 8 * 3600
DAY = 200_000
LANES = 200_000
COLUMNS = """
    endpoint_id, operation_id, event, mode, res_model, res_id, partner_id, customer_key,
    transaction_id, occurred_at, next_attempt_at, sent_at, priority, state, attempts,
    http_status, payload, response
"""
BODY = (
    '{"viewProduct": {"product": {"ids": {"website": "1"}}},'
    ' "customer": {"ids": {"websiteID": "1"}}}'
)
# A month of a shop: a few were refused or skipped, some days still have their bodies.
FILL_FINISHED = f"""
    INSERT INTO mindbox_request ({COLUMNS})
    SELECT %s, %s, 'product_view', 'async', 'product.product', 1,
           %s + mod(n, 40), 'lane-' || mod(n, {LANES}), gen_random_uuid(), at, at, at,
           10, CASE mod(n, 100)
               WHEN 0 THEN 'rejected' WHEN 1 THEN 'skipped' ELSE 'sent' END,
           1, 200, body, body
      FROM generate_series(1, %s) n,
           LATERAL (SELECT now() at time zone 'UTC' - interval '31 days'
                           * (1 - n / %s::float) AS at) day,
           LATERAL (SELECT CASE WHEN at > now() - interval '4 days' THEN %s END
                           AS body) kept
"""
FILL_WAITING = f"""
    INSERT INTO mindbox_request ({COLUMNS})
    SELECT %s, %s, 'product_view', 'async', 'product.product', 1, NULL,
           'lane-' || mod(n, {LANES}), gen_random_uuid(), at, at, NULL, 10, 'pending',
           0, NULL, %s, NULL
      FROM generate_series(1, %s) n,
           LATERAL (SELECT now() at time zone 'UTC' - interval '7 days' AS at) week
"""


@scenario(
    "A million rows wait, five millions are finished",
    rate_limit=600_000,
    concurrency=16,
)
def masses(there, short):
    there.rpc("mindbox.endpoint", "action_pause", [there.endpoint])
    there.sandbox.control("PUT", "settings", {"domain": False})
    finished, waiting = (20_000, 5_000) if short else (FINISHED, WAITING)
    there.result.title = f"{waiting:,} rows wait, {finished:,} are finished"
    fill(there, finished, waiting)
    measure_lists(there)
    with odoo(there.database) as env:
        measure_claims(there, env)
        measure_retention(there, env)
    drain(there, 40 if short else SECONDS)


def fill(there, finished, waiting):
    """Fill the table as a month and a lost week leave it, then make the indexes."""
    [(operation,)] = there.query(
        "SELECT id FROM mindbox_operation"
        " WHERE endpoint_id = %s AND event = 'product_view'",
        there.endpoint,
    )
    here = there.endpoint, operation
    with without_indexes(there):
        counts = finished, finished
        there.query(FILL_FINISHED, *here, min(there.partners), *counts, BODY)
        there.query(FILL_WAITING, *here, BODY, waiting)
    there.query("VACUUM ANALYZE mindbox_request")
    there.waiting_at_first = there.waiting()
    statement = "SELECT min(id) FROM mindbox_request WHERE state = 'pending'"
    there.first_waiting = there.query(statement)[0][0]


@contextmanager
def without_indexes(there):
    indexes = there.query(
        "SELECT indexname, indexdef, obj_description(indexname::regclass)"
        " FROM pg_indexes WHERE tablename = 'mindbox_request'"
        " AND indexname NOT LIKE '%%pkey'"
    )
    for name, _definition, _comment in indexes:
        there.query(f'DROP INDEX "{name}"')
    there.query("ALTER TABLE mindbox_request DISABLE TRIGGER ALL")
    yield
    there.query("ALTER TABLE mindbox_request ENABLE TRIGGER ALL")
    for _name, definition, _comment in indexes:
        there.query(definition)


def measure_claims(there, env):
    endpoint = env["mindbox.endpoint"].browse(there.endpoint)

    def claim():
        assert len(endpoint._lock_due_rows(200, {}, [])) == 200
        read = rows_read(env)
        env.cr.rollback()
        return read

    read = claim()
    there.result.expect(read <= 3 * 200, f"claiming 200 rows read {read} of the table")
    median = statistics.median(timed(claim, 30))
    there.result.notes.append(f"claiming 200 rows: {median:.1f} ms, {read} rows read")
    there.result.expect_within(0.005, median / 1000, "claiming took")


def measure_lists(there):
    """Open the list as the web client does, with its default order and its count."""
    names = "occurred_at event partner_id res_name state reason attempts sent_at"
    options = {
        "specification": {name: {} for name in names.split()},
        "limit": 80,
        "count_limit": 10_001,
    }
    for title, domain in (
        ("the list of all", []),
        ("of the rejected", [("state", "=", "rejected")]),
        ("of the waiting", [("state", "=", "pending")]),
    ):

        def look(domain=domain):
            there.rpc("mindbox.request", "web_search_read", domain, **options)

        look()
        median = statistics.median(timed(look, 5))
        there.result.notes.append(f"{title} opens in {median:.0f} ms")
        there.result.expect_within(1, median / 1000, f"{title} took")


def measure_retention(there, env):
    """Empty and remove what is due of the day, in the chunks of the autovacuum."""
    done, chunks = 0, []
    while done < DAY:
        began = time.perf_counter()
        removed, more = env["mindbox.request"]._gc_requests()
        env.cr.commit()
        done += removed
        chunks.append(time.perf_counter() - began)
        if not more:
            break
    there.result.notes.append(
        f"retention: {done:,} rows in {sum(chunks):.0f} s,"
        f" the longest of {len(chunks)} transactions {max(chunks):.1f} s"
    )
    there.result.expect_within(3600, sum(chunks), "retention took")
    there.result.expect_within(60, max(chunks), "a transaction of the retention took")


def drain(there, seconds):
    """Let the backlog drain while customers shop."""
    there.sandbox.settle()
    first = there.sandbox.state()["counts"]["effects"]
    there.start()
    calls, over = [], threading.Event()
    reader = threading.Thread(target=read_calls, args=(there, calls, over))
    reader.start()
    began = time.monotonic()
    while there.waiting() > 100 and time.monotonic() < began + seconds:
        there.remember_calm(5)
    took = time.monotonic() - began
    # The last live events are given the minute they are promised.
    deadline = time.monotonic() + 60
    while not all_arrived(there, calls) and time.monotonic() < deadline:
        time.sleep(0.5)
    there.rpc("mindbox.endpoint", "action_pause", [there.endpoint])
    over.set()
    reader.join()
    judge(there, calls, took, first)


def read_calls(there, calls, over):
    """Read the calls page by page as they come: the sandbox forgets the oldest."""
    since = 0
    while True:
        last = over.is_set()
        page = there.sandbox.calls(since=since, limit=2000)
        calls += [
            (c["operation"], c["transaction_id"], c["effect"], moment(c), story(c))
            for c in page["calls"]
        ]
        since = page["last"]
        if not page["calls"]:
            if last:
                return
            time.sleep(0.5)


def story(call):
    if call["operation"] != BALANCE:
        return None
    body = call["body"]
    number = int(body["balanceChanges"][0]["changeAmount"])
    return body["discountCard"]["ids"]["number"], number


def all_arrived(there, calls):
    return len(there.acknowledged) <= len({call[4] for call in calls if call[4]})


def judge(there, calls, took, first):
    result = there.result
    arrived = {}
    for _operation, _key, _effect, at, event in calls:
        if event:
            arrived.setdefault(event, at)
    rows = there.query(
        "SELECT transaction_id, customer_key, id FROM mindbox_request"
        " WHERE state = 'sent' AND id >= %s",
        there.first_waiting,
    )
    # `effect` needs the sandbox's customers, which are switched off: a key counts once.
    # Customers and cards were made before.
    sent = {key for key, _lane, _id in rows}
    keys = [key for _operation, key, *_rest in calls if key in sent]
    place = {key: number for number, key in enumerate(keys)}
    lanes = {}
    for key, lane, row_id in rows:
        if key in place:
            lanes.setdefault(lane, []).append((row_id, place[key]))
    result.reordered = sum(
        count_inversions([at for _row, at in sorted(lane)]) for lane in lanes.values()
    )
    result.doubled = len(keys) - len(set(keys))
    result.events = len(there.acknowledged) + there.waiting_at_first
    result.peak, left = there.waiting_at_first, there.waiting()
    result.accepted = len(set(keys))
    count_processed(there, first)
    result.lost = len(there.acknowledged.keys() - arrived.keys())
    result.latencies = [
        max(0, arrived[e] - there.acknowledged[e]) for e in there.calm if e in arrived
    ]
    result.drained_in = took if left <= 100 else None
    drained = there.waiting_at_first - left
    judge_drain(result, drained, left, took)
    p95 = percentile(result.latencies, 0.95)
    result.expect_within(60, p95, "95 of 100 live events arrived within")
    judge_memory(result)


def count_processed(there, first):
    there.sandbox.settle(120)
    counts = there.sandbox.state()["counts"]
    there.result.processed = counts["effects"] - first
    there.result.failed_late = counts["failed_late"]


def judge_drain(result, drained, left, took):
    """Say how much was drained, and how long all of it takes at that rate."""
    pace = drained / took
    whole = result.peak / pace if pace > 0 else math.inf
    result.notes.append(
        f"{drained:,} of {result.peak:,} drained in {took:.0f} s, {pace:.0f} a second"
        + (f"; at that rate all take {whole / 60:.0f} min" if left > 100 else "")
    )
    result.expect_within(NIGHT, whole, "draining all would take")


def judge_memory(result):
    memory = [value for _at, value in result.series.get("memory", ())]
    if len(memory) < 8:
        return
    quarter = len(memory) // 4
    early, late = max(memory[quarter : 2 * quarter]), max(memory[-quarter:])
    result.memory = memory[0], max(memory)
    result.expect(
        late < early * 1.2 + 20, f"memory grew from {early:.0f} to {late:.0f}"
    )
