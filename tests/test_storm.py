"""Everything goes wrong at once, and each customer's story still arrives in order."""

import random
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import databases

from tests.proof.verdict import BALANCE, read_stories
from tests.shop import Shop

CUSTOMERS = 50
EVENTS = 25
DELIVERIES = (1, 2, 4)
FAULTS = (
    {"kind": "500"},
    {"kind": "lost_answer"},
    {"kind": "half_answer"},
    {"kind": "html"},
    {"kind": "429", "retry_after": 1},
    # A registration that is refused means somebody who is known, and the edit that
    # takes its place is tried for minutes: here nobody is.
    {"kind": "400", "operation": BALANCE},
)


def test_fifty_customers_keep_their_order_through_faults_and_kills(
    odoo_server, sandbox, wait_until
):
    server = odoo_server(workers=6, channels="root:5,root.mindbox:4")
    shop = Shop(server, sandbox, gather=None, timeout=2, concurrency=8)
    shop.take_balances_of_cards()
    cards = make_cards(shop)
    # Mindbox knows a card once a file has made it.
    wait_until(shop.settled, seconds=90)
    over = threading.Event()
    weather = threading.Thread(target=storm, args=(shop, over))
    weather.start()
    with ThreadPoolExecutor(3) as shoppers:
        list(shoppers.map(lambda card: live(server, card), cards))
    over.set()
    weather.join()
    sandbox.heal()
    wait_until(shop.settled, seconds=300, every=0.5)

    sandbox.settle()
    stories, _moments = read_stories(shop.calls())
    rejected = refused(shop)
    for card in cards:
        story = stories[card["code"]]
        assert story == sorted(set(story)), "in order, and each event once"
        missing = set(range(1, EVENTS + 1)) - set(story)
        # A made-up 400 may hit the repeat of a call whose effect was there already.
        assert missing <= rejected[card["id"]], "what is missing was refused"
    assert agreements(shop) >= 3, "they have divided the customers again and again"
    assert sum(map(len, stories.values())) > 0.8 * CUSTOMERS * EVENTS


def make_cards(shop):
    """Give everybody a card; the n-th event adds n points."""
    program = {"name": "Storm", "program_type": "loyalty"}
    program = shop.rpc("loyalty.program", "create", program)
    customers = [
        {"name": f"Customer {n}", "email": f"storm{n}@example.com"}
        for n in range(CUSTOMERS)
    ]
    partners = shop.rpc("res.partner", "create", customers)
    cards = [{"program_id": program, "partner_id": partner} for partner in partners]
    made = shop.rpc("loyalty.card", "create", cards)
    return shop.rpc("loyalty.card", "read", made, ["code"])


def live(server, card):
    points = 0
    for number in range(1, EVENTS + 1):
        points += number
        persist(server, card, points)


def persist(server, card, points):
    """A shop repeats what a killed worker has not answered; the state decides."""
    while True:
        try:
            return server.rpc("loyalty.card", "write", [card["id"]], {"points": points})
        except Exception:
            time.sleep(0.3)


def storm(shop, over):
    dice = random.Random(40)
    while not over.wait(dice.uniform(0.3, 1.2)):
        shop.sandbox.fault(**dice.choice(FAULTS), times=dice.randint(1, 3))
        if dice.random() < 0.1:
            shop.server.kill9_workers()
        if dice.random() < 0.15:
            # Nobody is asked to wait for it: workers are killed.
            with suppress(Exception):
                shop.set(delivery_count=dice.choice(DELIVERIES))


def refused(shop):
    """{card ID: numbers of the events that Mindbox has refused}."""
    domain = [("event", "=", "card_balance"), ("state", "=", "rejected")]
    numbers = defaultdict(set)
    for row in shop.rows("res_id", "payload_pretty", domain=domain):
        amount = row["payload_pretty"].split('"changeAmount": ')[1].split(",")[0]
        numbers[row["res_id"]].add(int(float(amount)))
    return numbers


def agreements(shop):
    """How often the deliveries have divided the customers anew, at least."""
    query = "SELECT max(token) FROM mindbox_lease WHERE lock >> 16 = 3"
    return databases.query(query, database=shop.server.database)[0][0] or 0
