"""All goes wrong at once, as chance has it; then Odoo and Mindbox hold the same.

What should be at Mindbox is read from Odoo's own records, what is there from the
effects that the sandbox has seen.

    make chaos                      30 minutes, from a seed of its own
    MINDBOX_SEED=7 make chaos       the same again, as far as clocks allow
"""

import os
import random
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests

from . import outcomes, storefront
from .chaos import Chaos
from .life import Life
from .proof.disk import small
from .test_lives import SETTLE, check, refused

SECONDS = int(os.environ.get("MINDBOX_CHAOS") or 45)
LONG = SECONDS > 60
SEED = int(os.environ.get("MINDBOX_SEED") or (random.randrange(10**6) if LONG else 16))
CUSTOMERS = 24 if LONG else 12
THREADS = 3
# Whoever is refused, killed or held comes again within so many seconds.
RECOVERY = 300


@pytest.fixture
def disk(pg):
    with small() as disk:
        yield disk


@pytest.fixture
def shop(template_db, disk):
    options = {"settle_seconds": SETTLE, "log_export_operation": outcomes.EXPORT}
    options |= {"concurrency": 4, "timeout": 3, "disk": disk}
    channels = "root:4,root.mindbox:3"
    with storefront.opened(template_db, "chaos", 5, channels, **options) as shop:
        shop.take_balances_of_cards()
        shop.sites = shop.rpc("website", "search", [], limit=1)
        program = {"name": "Club", "program_type": "loyalty", "applies_on": "both"}
        shop.club = shop.rpc("loyalty.program", "create", program)
        yield shop


def test_whatever_goes_wrong_both_sides_hold_the_same(shop, disk, wait_until):
    lives = [Life(shop, f"chaos{SEED}.{number}") for number in range(CUSTOMERS)]
    chaos, over = Chaos(shop, SEED, disk), threading.Event()
    shares = [lives[number::THREADS] for number in range(THREADS)]
    for share in shares:
        for life in share:
            life.others = share
    with ThreadPoolExecutor(THREADS) as pool:
        running = [pool.submit(live, share, over) for share in shares]
        try:
            chaos.rage(SECONDS)
        finally:
            over.set()
        for one in running:
            one.result()
    chaos.heal()
    print(f"MINDBOX_SEED={SEED}: {chaos.happened}")
    wait_until(lambda: has_settled(shop), RECOVERY + SECONDS, every=0.5)
    shop.sandbox.settle()
    rejected = shop.rows(domain=[("state", "=", "rejected")])
    assert not refused(shop), tell(shop, {row["customer_key"] for row in rejected})
    for life in lives:
        try:
            check(life)
        except AssertionError:
            print(tell(shop, {f"partner-{life.partner}"}))
            raise


def has_settled(shop):
    """Whether nothing waits; a server that has just come back may not answer yet."""
    with suppress(requests.RequestException):
        return shop.settled()
    return False


def tell(shop, lanes):
    """Return what has become of each request of some customers, and its calls."""
    names = "id event res_id attempts occurred_at sent_at left_contacts error".split()
    rows = shop.rows(*names, domain=[("customer_key", "in", list(lanes))])
    calls = defaultdict(list)
    for call in shop.calls():
        what = [call[k] for k in ("at", "operation", "http_status", "stale", "effect")]
        calls[call["transaction_id"]].append(what)
        calls[call["transaction_id"]].append(call["body"])
    lines = [[row, *calls[row["transaction_id"]]] for row in rows]
    return "\n".join(str(line) for line in lines)


def live(lives, over):
    """Let something happen to each of the customers in turn, whatever goes wrong."""
    while not over.is_set():
        for life in lives:
            # The shop has done it or not: Odoo knows.
            with suppress(Exception):
                life.go_on()
            if over.wait(0.05):
                return
