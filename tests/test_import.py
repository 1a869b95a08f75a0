r"""History of a shop reaches Mindbox in files, through kills, beside the shop's life.

The long form, with the sizes and kills of a big shop:
IMPORT_CUSTOMERS=200000 IMPORT_ORDERS=300000 IMPORT_ROWS=20000 IMPORT_KILLS=20 \
IMPORT_KILL_SECONDS=20 IMPORT_PATIENCE=3600 pytest -s tests/test_import.py
"""

import os
import random
import re
import statistics
import time
from decimal import Decimal

import databases
import pytest

from tests import history
from tests.beside import LiveOrders, Memory
from tests.shop import Shop

CUSTOMERS = int(os.environ.get("IMPORT_CUSTOMERS", 3000))
ORDERS = int(os.environ.get("IMPORT_ORDERS", 4500))
KILLS = int(os.environ.get("IMPORT_KILLS", 3))
ROWS = int(os.environ.get("IMPORT_ROWS", 500))
KILL_SECONDS = float(os.environ.get("IMPORT_KILL_SECONDS", 3))
PATIENCE = int(os.environ.get("IMPORT_PATIENCE", 240))
CHANNELS = "root:3,root.mindbox:1,root.mindbox_import:1"
SHOWN_ORDERS = 5000
MAX_GROWTH = 200 * 1024 * 1024
# Live orders that may still be on their way when an import has ended.
ON_THE_WAY = 3


@pytest.fixture
def shop(odoo_server, sandbox):
    server = odoo_server(workers=4, channels=CHANNELS)
    sandbox.control("PUT", "settings", {"bulk_per_hour": 100_000})
    return Shop(server, sandbox, files_per_hour=100_000)


def start(shop, kind, **values):
    values = {"endpoint_id": shop.endpoint_id, "kind": kind, **values}
    run = shop.rpc("mindbox.import", "create", values)
    shop.rpc("mindbox.import", "action_start", [run])
    return run


def read(shop, run):
    names = ["state", "total", "done", "rejected", "skipped", "status", "rate"]
    return shop.rpc("mindbox.import", "read", [run], names)[0]


def ended(shop, run):
    """Whether an import is done; one that has stopped shows why."""
    progress = read(shop, run)
    assert progress["state"] in ("running", "done"), progress
    return progress["state"] == "done" and progress


def settled(shop):
    """Whether Mindbox has worked off all the files it has accepted."""
    return all(job["state"] == "done" for job in imports(shop))


def imports(shop):
    return shop.sandbox.control("GET", "imports?limit=100000")["imports"]


def kill_at_random(shop, chance, wait_until):
    """Kill the workers, or the whole server, at some moment."""
    time.sleep(chance.uniform(0.5, KILL_SECONDS))
    if chance.random() < 0.3:
        shop.server.kill9()
        shop.server.start()
    else:
        shop.server.kill9_workers()
    wait_until(lambda: len(shop.server.workers()) == 4, 60)


def test_history_arrives_exactly_through_kills_beside_live_orders(shop, wait_until):
    made = history.make_in(shop.server.database, CUSTOMERS, ORDERS)
    # Slow enough that files are on their way when the kills come.
    shop.sandbox.fault(latency=300)
    chance = random.Random(os.environ.get("IMPORT_SEED", "7"))
    memory = Memory(shop.server)
    started = time.monotonic()
    with LiveOrders(shop) as live:
        memory.start()
        customers = start(shop, "customers", chunk_rows=ROWS, include_archived=True)
        orders = start(shop, "orders", chunk_rows=ROWS)
        for _number in range(KILLS):
            kill_at_random(shop, chance, wait_until)
        shop.sandbox.fault(latency=0)
        # What the kills have held up is through: from here on only the import disturbs.
        wait_until(lambda: shop.waiting() < 4, 120)
        calm = time.time()
        progress = {
            run: wait_until(lambda run=run: ended(shop, run), PATIENCE, every=1)
            for run in (customers, orders)
        }
        seconds = time.monotonic() - started
        placed, meanwhile = live.count_placed(calm), live.latencies(since=calm)
    memory.stop()
    wait_until(lambda: settled(shop), PATIENCE)
    wait_until(lambda: not shop.waiting(), 60)
    check_counts(shop, made, progress[customers], progress[orders])
    # A kill takes the deliveries of live orders with it, too: those come later.
    everything = live.latencies()
    latencies = live.latencies(since=calm) or everything
    print(
        f"{CUSTOMERS} customers and {ORDERS} orders in {seconds:.0f} s, {KILLS} kills; "
        f"{len(latencies)} live orders beside it, median "
        f"{statistics.median(latencies):.0f} s, slowest {max(latencies):.0f} s; with "
        f"those of the kills {len(everything)}, slowest {max(everything):.0f} s; "
        f"memory + {memory.growth >> 20} MB; {progress}"
    )
    assert memory.growth < MAX_GROWTH
    assert len(meanwhile) >= placed / 2 - ON_THE_WAY, "they wait for the import"


def check_counts(shop, made, customers, orders):
    """Each record once: at Odoo, at Mindbox, and in the files that were accepted."""
    for progress in (customers, orders):
        outcomes = sum(progress[name] for name in ("done", "rejected", "skipped"))
        assert outcomes == progress["total"], progress
        assert not progress["rejected"], progress
    rows = {"DirectCrm.Customers.Import": 0, "RetailOrder.Import": 0}
    for job in imports(shop):
        assert not job["rejected"], job["problems"]
        rows[job["operation"]] += job["results"]
    assert rows["DirectCrm.Customers.Import"] == customers["done"]
    assert rows["RetailOrder.Import"] == orders["done"]
    assert customers["done"] >= len(made["customers"])
    assert orders["done"] >= len(made["orders"])
    check_orders(shop, made["orders"], with_delivery=False)


def known_sum(complaint):
    """What lines and delivery make, in a complaint that the total says another sum."""
    return Decimal(re.search(r"delivery make ([\d.]+), totalPrice", complaint)[1])


def check_orders(shop, order_ids, with_delivery=True):
    """Mindbox has each order once, with all its money and without a complaint.

    :param with_delivery: whether Mindbox was told what of the money is for delivery;
        else that is what it misses in the lines, and nothing more
    """
    known = shop.sandbox.control("GET", f"orders?limit={SHOWN_ORDERS}")
    rows = databases.query(history.SUMS, min(order_ids), database=shop.server.database)
    sums = {name: (Decimal(total), Decimal(cost)) for name, total, cost in rows}
    for order in known["orders"]:
        (number,) = order["ids"].values()
        if number in sums:
            total, delivery = sums[number]
            assert Decimal(str(order["totalPrice"])) == total, order
            missed = [] if with_delivery or not delivery else [total - delivery]
            assert list(map(known_sum, order["warnings"])) == missed, order


def test_cards_their_owners_and_balances_add_up_at_mindbox(shop, wait_until):
    points = make_cards(shop, 60)
    customers = start(shop, "customers")
    wait_until(lambda: ended(shop, customers), 60, every=1)
    for _time in range(2):
        # The second import finds nothing to add: no balance is doubled.
        run = start(shop, "cards", chunk_rows=25)
        progress = wait_until(lambda run=run: ended(shop, run), 60, every=1)
        assert progress["done"] == progress["total"] >= len(points), progress
        wait_until(lambda: settled(shop), 30)
        cards = shop.sandbox.control("GET", "cards?limit=1000")["cards"]
        balances = {card["number"]: card for card in cards}
        for code, amount in points.items():
            assert Decimal(str(balances[code]["balance"])) == amount, balances[code]
            assert balances[code]["customer"], "a card without its owner"


def make_cards(shop, number):
    """Make cards in SQL, as if they were older than the connector: {code: points}."""
    database = shop.server.database
    (program,) = databases.query(
        "INSERT INTO loyalty_program (name, program_type, applies_on, trigger,"
        " currency_id, portal_point_name, active)"
        " SELECT jsonb_build_object('en_US', 'Old'), 'loyalty', 'both', 'auto',"
        " currency_id, jsonb_build_object('en_US', 'Points'), TRUE FROM res_company"
        " ORDER BY id LIMIT 1 RETURNING id",
        database=database,
    )
    made = history.make_in(database, number, 1)
    rows = databases.query(
        "INSERT INTO loyalty_card (program_id, partner_id, code, points, active,"
        " create_date) SELECT %s, id, 'OLD' || id, (id %% 7) * 12.25, TRUE, create_date"
        " FROM res_partner WHERE id = ANY(%s) RETURNING code, points::text",
        program[0],
        made["customers"],
        database=database,
    )
    return {code: Decimal(points) for code, points in rows}


def test_one_by_one_everything_arrives_behind_the_events_of_the_shop(shop, wait_until):
    made = history.make_in(shop.server.database, 120, 150)
    runs = [
        start(shop, kind, way="records", date_to="2021-12-31")
        for kind in ("customers", "orders")
    ]
    for run in runs:
        progress = wait_until(lambda run=run: ended(shop, run), 120, every=1)
        assert progress["done"] + progress["skipped"] == progress["total"], progress
    wait_until(lambda: not shop.waiting(), 60)
    shop.sandbox.settle()
    known = shop.sandbox.control("GET", f"orders?limit={SHOWN_ORDERS}")
    assert known["total"] == len(made["orders"])
    check_orders(shop, made["orders"])
    statuses = {status for order in known["orders"] for status in order["statuses"]}
    assert statuses == {"Confirmed", "Created"}
