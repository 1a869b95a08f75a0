"""Everything goes wrong at once, and each customer's story still arrives in order."""

import random
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

CUSTOMERS = 50
EVENTS = 40
FAULTS = (
    {"kind": "500"},
    {"kind": "lost_answer"},
    {"kind": "half_answer"},
    {"kind": "html"},
    {"kind": "429", "retry_after": 1},
    {"kind": "400"},
)


def test_fifty_customers_keep_their_order_through_faults_and_kills(
    odoo_server, sandbox, wait_until
):
    server = odoo_server(workers=4, channels="root:3,root.mindbox:2")
    cards = prepare(server, sandbox)
    over = threading.Event()
    weather = threading.Thread(target=storm, args=(server, sandbox, over))
    weather.start()
    with ThreadPoolExecutor(3) as shop:
        list(shop.map(lambda card: live(server, card), cards))
    over.set()
    weather.join()
    sandbox.heal()
    wait_until(lambda: waiting(server) == 0, seconds=120, every=0.5)

    stories = arrived(sandbox)
    rejected = refused(server)
    for card in cards:
        story = stories[card["code"]]
        assert story == sorted(set(story)), "in order, and each event once"
        missing = set(range(1, EVENTS + 1)) - set(story)
        # A made-up 400 may hit the repeat of a call whose effect was there already.
        assert missing <= rejected[card["id"]], "what is missing was refused"
    assert sum(map(len, stories.values())) > 0.8 * CUSTOMERS * EVENTS


def prepare(server, sandbox):
    """Connect the shop and give everybody a card; the n-th event adds n points."""
    [endpoint] = server.rpc("mindbox.endpoint", "search", [], limit=1)
    settings = {"url": sandbox.api_url, "timeout": 2, "concurrency": 8}
    server.rpc("mindbox.endpoint", "write", [endpoint], settings)
    server.rpc("mindbox.endpoint", "action_start", [endpoint])
    program = server.rpc(
        "loyalty.program", "create", {"name": "Storm", "program_type": "loyalty"}
    )
    customers = [
        {"name": f"Customer {n}", "email": f"storm{n}@example.com"}
        for n in range(CUSTOMERS)
    ]
    partners = server.rpc("res.partner", "create", customers)
    made = server.rpc(
        "loyalty.card",
        "create",
        [{"program_id": program, "partner_id": partner} for partner in partners],
    )
    return server.rpc("loyalty.card", "read", made, ["code"])


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


def storm(server, sandbox, over):
    dice = random.Random(40)
    while not over.wait(dice.uniform(0.3, 1.2)):
        sandbox.fault(**dice.choice(FAULTS), times=dice.randint(1, 3))
        if dice.random() < 0.1:
            server.kill9_workers()


def waiting(server):
    return server.rpc("mindbox.request", "search_count", [("state", "=", "pending")])


def arrived(sandbox):
    """{card: numbers of the events that had an effect, as they came}."""
    stories, since = defaultdict(list), 0
    while True:
        page = sandbox.calls(
            since=since, limit=1000, operation="Website.ChangeCustomerBalance"
        )
        if not page["calls"]:
            return stories
        for call in page["calls"]:
            if call["effect"]:
                body = call["body"]
                number = int(body["balanceChanges"][0]["changeAmount"])
                stories[body["discountCard"]["ids"]["number"]].append(number)
        since = page["last"]


def refused(server):
    """{card ID: numbers of the events that Mindbox has refused}."""
    rows = server.rpc(
        "mindbox.request",
        "search_read",
        [("event", "=", "card_balance"), ("state", "=", "rejected")],
        ["res_id", "payload_pretty"],
    )
    numbers = defaultdict(set)
    for row in rows:
        amount = row["payload_pretty"].split('"changeAmount": ')[1].split(",")[0]
        numbers[row["res_id"]].add(int(float(amount)))
    return numbers
