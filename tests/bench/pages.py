"""What a shopper waits for: pages and the cart under load, recording on and off.

A real server with workers and the job runner; several visitors at once, who look at a
product and put it into the cart. Recording is on and off in turns within one run: on,
each page also tells its view, as a browser does once it is shown, and what was
recorded is delivered to the sandbox meanwhile.
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
SECONDS = 15
# Switching empties the caches of every worker: they fill before it counts.
WARM_UP = 6
WORKERS = 4
# What a visitor takes to look at a page, in seconds.
LOOKS = (0.8, 1.6)


def main():
    times = measure()
    rows = [
        (title, *_compare(times[title, False], times[title, True]))
        for title in ("product page", "add to cart")
    ]
    header = ["what", "requests"]
    header += [f"{which}{unit}" for which in ("median", "p95") for unit in UNITS]
    _odoo.table(header, rows)


UNITS = (" off, ms", " on, ms", " on / off")


def measure():
    """Return {(what, recording on): [seconds]}."""
    with storefront.opened(databases.ready(), "pages", WORKERS) as shop:
        times = defaultdict(list)
        visitors = [Visitor(shop) for _number in range(VISITORS)]
        for turn in range(2 * TURNS):
            on = (turn + turn // 2) % 2 == 0
            shop.listen(on)
            everybody = [
                threading.Thread(target=v.stroll, args=(on, times)) for v in visitors
            ]
            for thread in everybody:
                thread.start()
            for thread in everybody:
                thread.join()
        return times


class Visitor:
    def __init__(self, shop):
        self.shop = shop
        self.browser = shop.visitor(str(uuid.uuid4()))

    def stroll(self, on, times):
        """Look and buy until the time is over; the first moments do not count."""
        begun = time.monotonic()
        while (now := time.monotonic()) < begun + WARM_UP + SECONDS:
            for title, act in (("product page", self.look), ("add to cart", self.buy)):
                took = act()
                if on and title == "product page":
                    self.tell_view()
                if now > begun + WARM_UP:
                    times[title, on].append(took)
                    time.sleep(random.uniform(*LOOKS))

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


def _compare(off, on):
    yield f"{len(off)} + {len(on)}"
    for measure in (statistics.median, _p95):
        before, after = measure(off), measure(on)
        yield from (f"{1000 * before:.1f}", f"{1000 * after:.1f}")
        yield f"{after / before:.3f}"


def _p95(times):
    return statistics.quantiles(times, n=20)[-1]
