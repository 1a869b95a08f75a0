"""What a shopper waits for: pages and the cart under load, recording on and off.

A real server with workers and the job runner; several visitors at once, who look at a
product and put it into the cart. In turns within one run, nothing is recorded; or all
is, each page telling its view as a browser does once it is shown; or what is recorded
is also delivered meanwhile, to a sandbox on the same cores as the visitors, the shop
and the database.
"""

import os
import random
import statistics
import threading
import time
import uuid
from collections import defaultdict

import databases

from .. import storefront
from . import _odoo

VISITORS = 4
TURNS = int(os.environ.get("PAGES_TURNS", 8))
SECONDS = 30
# Switching empties the caches of every worker: they fill before it counts, by visitors
# who do not stop to look; and what that has set off ends before it counts.
WARM_UP = 6
REST = 3
WORKERS = 4
# What a visitor takes to look at a page, in seconds.
LOOKS = (0.8, 1.6)
# Draws of the bootstrap that tell how far chance may move a ratio.
DRAWS = 1000
# How the integration point is in a turn: {what is called: its state}.
OFF = "off"
MODES = {OFF: "draft", "recorded": "paused", "and delivered": "running"}


def main():
    times = measure()
    rows = [
        (title, mode, *_compare(times[title, mode], times[title, OFF]))
        for title in ("product page", "add to cart")
        for mode in MODES
    ]
    header = ["what", "all is", "requests"]
    for what in ("median", "p95"):
        header += [f"{what}, ms", "ratio", "95 % of chance"]
    _odoo.table(header, rows)


def measure():
    """Return {(what, mode): [seconds]}."""
    with storefront.opened(databases.ready(), "pages", WORKERS, gather=None) as shop:
        times = defaultdict(list)
        visitors = [Visitor(shop) for _number in range(VISITORS)]
        for _turn in range(TURNS):
            for mode in random.sample(list(MODES), len(MODES)):
                shop.set_state(MODES[mode])
                stroll_together(visitors, mode, times)
        return times


def stroll_together(visitors, mode, times):
    everybody = [
        threading.Thread(target=visitor.stroll, args=(mode, times))
        for visitor in visitors
    ]
    for thread in everybody:
        thread.start()
    for thread in everybody:
        thread.join()


class Visitor:
    def __init__(self, shop):
        self.shop = shop
        self.browser = shop.visitor(str(uuid.uuid4()))

    def stroll(self, mode, times):
        """Look and buy until the time is over; the first moments do not count."""
        for _step in self.walk(mode, WARM_UP):
            pass
        time.sleep(REST + random.uniform(*LOOKS))
        for title, took in self.walk(mode, SECONDS):
            times[title, mode].append(took)
            time.sleep(random.uniform(*LOOKS))

    def walk(self, mode, seconds):
        """Yield (what was done, seconds it took) for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            took = self.look()
            if mode != OFF:
                self.tell_view()
            yield "product page", took
            yield "add to cart", self.buy()

    def look(self):
        lamp = self.shop.lamp["template"]
        return _timed(self.browser.open, f"/shop/lamp-{lamp}")

    def buy(self):
        return _timed(self.browser.add, self.shop.lamp)

    def tell_view(self):
        call = {"kind": "product", "record_id": self.shop.lamp["id"]}
        self.browser.call("/mindbox/view", **call)


def _timed(act, *arguments):
    began = time.monotonic()
    act(*arguments)
    return time.monotonic() - began


def _compare(times, off):
    yield str(len(times))
    for measure in (statistics.median, _p95):
        took = measure(times)
        low, high = _get_interval(measure, times, off)
        yield from (f"{1000 * took:.1f}", f"{took / measure(off):.2f}")
        yield f"{low:.2f} to {high:.2f}"


def _get_interval(measure, times, off):
    """Return the 95 % interval of a ratio by the bootstrap (percentile method)."""
    ratios = [
        measure(random.choices(times, k=len(times)))
        / measure(random.choices(off, k=len(off)))
        for _draw in range(DRAWS)
    ]
    cuts = statistics.quantiles(ratios, n=40)
    return cuts[0], cuts[-1]


def _p95(times):
    return statistics.quantiles(times, n=20)[-1]
