"""All goes wrong at once, as chance has it; then Odoo and Mindbox hold the same.

What should be at Mindbox is read from Odoo's own records, what is there from the
effects that the sandbox has seen.

    make chaos                      30 minutes, from a seed of its own
    MINDBOX_SEED=7 make chaos       the same again, as far as clocks allow
"""

import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests
from clock import Clock, library

from . import outcomes, storefront
from .chaos import Chaos
from .conftest import LOGS
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
def clock():
    return library() and Clock(LOGS / "chaos.clock")


@pytest.fixture
def shop(template_db, disk, clock):
    options = {"settle_seconds": SETTLE, "log_export_operation": outcomes.EXPORT}
    options |= {"concurrency": 4, "timeout": 3, "disk": disk}
    options |= {"environ": clock.environ() if clock else {}}
    channels = "root:4,root.mindbox:3"
    with storefront.opened(template_db, "chaos", 5, channels, **options) as shop:
        shop.take_balances_of_cards()
        shop.sites = shop.rpc("website", "search", [], limit=1)
        program = {"name": "Club", "program_type": "loyalty", "applies_on": "both"}
        shop.club = shop.rpc("loyalty.program", "create", program)
        yield shop


def test_whatever_goes_wrong_both_sides_hold_the_same(shop, disk, clock, wait_until):
    lives = [Life(shop, f"chaos{SEED}.{number}") for number in range(CUSTOMERS)]
    chaos, over = Chaos(shop, SEED, disk, clock), threading.Event()
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
    assert not refused(shop)
    for life in lives:
        check(life)


def has_settled(shop):
    """Whether nothing waits; a server that has just come back may not answer yet."""
    with suppress(requests.RequestException):
        return shop.settled()
    return False


def live(lives, over):
    """Let something happen to each of the customers in turn, whatever goes wrong."""
    while not over.is_set():
        for life in lives:
            # The shop has done it or not: Odoo knows.
            with suppress(Exception):
                life.go_on()
            if over.wait(0.05):
                return
