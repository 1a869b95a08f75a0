"""Lives of customers, lived at random: in the end Mindbox holds what Odoo holds.

Mindbox executes asynchronous calls up to two seconds later, in another order. Whatever
operations are synchronous, and whoever kills the server meanwhile, the state of every
customer, cart and order there is the state here.

    MINDBOX_LIVES=50x40 tests/test_lives.py    the long form: so many customers and
                                               events each, and kills in between
"""

import os
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests

from . import storefront

LONG = os.environ.get("MINDBOX_LIVES")
CUSTOMERS, EVENTS = map(int, (LONG or "5x10").split("x"))
KILLS = 3 if LONG else 0
# How many people shop at the same time, each at the customers that are his.
THREADS = 4
SEED = 14
# Longer than any execution takes.
SETTLE = 3
MODES = ("default", "async", "sync")


@pytest.fixture(scope="module")
def shop(template_db):
    with storefront.opened(template_db, "lives", settle_seconds=SETTLE) as shop:
        shop.sandbox.control("PUT", "settings", {"strictness": "strict"})
        shop.sites = shop.rpc("website", "search", [], limit=1)
        yield shop


@pytest.mark.parametrize("mode", MODES)
def test_in_the_end_mindbox_holds_what_odoo_holds(shop, wait_until, mode):
    set_modes(shop, mode)
    lives = [Life(shop, f"{mode}{number}") for number in range(CUSTOMERS)]
    with ThreadPoolExecutor(THREADS) as pool:
        shares = [lives[number::THREADS] for number in range(THREADS)]
        for kill in range(KILLS + 1):
            running = [pool.submit(live, share, kill) for share in shares]
            if kill < KILLS:
                shop.server.kill9()
                shop.server.start()
            for share in running:
                share.result()
    wait_until(shop.settled, 30 + 2 * CUSTOMERS * EVENTS * SETTLE / THREADS)
    shop.sandbox.settle()
    assert not refused(shop)
    for life in lives:
        assert life.at_mindbox() == life.in_odoo(), life.name


def set_modes(shop, mode):
    """Have all operations of one mode, where Mindbox takes them so; or as they come."""
    if mode != "default":
        domain = [("event", "!=", "customer_merge"), ("mode", "!=", "bulk")]
        operations = shop.rpc("mindbox.operation", "search", domain)
        shop.rpc("mindbox.operation", "write", operations, {"mode": mode})


def live(lives, part):
    """Let something happen to each of the customers in turn."""
    for _event in range(EVENTS // (KILLS + 1)):
        for life in lives:
            # A server that is killed has done it or not: Odoo knows.
            with suppress(*((requests.RequestException,) if KILLS else ())):
                life.go_on()


def refused(shop):
    """What Mindbox has refused, in the answer or only in its log."""
    rows = shop.rows("event", "error", domain=[("state", "=", "rejected")])
    log = shop.sandbox.control("GET", "log?state=failed&limit=100")["rows"]
    return [(row["event"], row["error"]) for row in rows] + [
        (row["operation"], row["messages"]) for row in log
    ]


class Life:
    """A customer to whom things happen, as chance has it."""

    def __init__(self, shop, name):
        self.shop, self.name = shop, name
        self.chance = random.Random(f"{SEED} {name}")
        self.number = 0
        self.partner = self.enter() if self.chance.random() < 0.6 else self.sign_up()

    def rpc(self, *args, **kwargs):
        return self.shop.rpc(*args, **kwargs)

    def enter(self):
        """The back office enters the customer."""
        values = {"name": f"Anna {self.name}", "email": f"{self.name}@example.com"}
        return self.rpc("res.partner", "create", values)

    def sign_up(self):
        return self.shop.customer().partner_id

    def go_on(self):
        self.number += 1
        happenings = (
            *(self.move, self.call_otherwise, self.be_called, self.decide),
            *(self.shop_around, self.shop_around, self.buy, self.think_again),
        )
        self.chance.choice(happenings)()

    def write(self, **values):
        self.rpc("res.partner", "write", [self.partner], values)

    # -- what happens ---
    def move(self):
        self.write(city=f"City {self.number}")

    def call_otherwise(self):
        self.write(name=f"Anna {self.chance.choice('Petrova Sidorova Orlova'.split())}")

    def be_called(self):
        digits = self.chance.randrange(10**7)
        self.write(phone=self.chance.choice([False, f"+7 999 {digits:07}"]))

    def decide(self):
        values = {
            "partner_id": self.partner,
            "channel": self.chance.choice(["email", "sms"]),
            "is_subscribed": self.chance.random() < 0.5,
        }
        self.rpc("mindbox.consent", "create", values)

    def shop_around(self):
        """Fill or change the cart."""
        cart = self.find("draft")
        quantity = self.chance.randint(1, 5)
        if not cart:
            line = {"product_id": self.shop.lamp["id"], "product_uom_qty": quantity}
            values = {"partner_id": self.partner, "website_id": self.shop.sites[0]}
            self.rpc("sale.order", "create", {**values, "order_line": [(0, 0, line)]})
            return
        lines = self.rpc("sale.order.line", "search", [("order_id", "in", cart)])
        self.rpc("sale.order.line", "write", lines, {"product_uom_qty": quantity})

    def buy(self):
        if cart := self.find("draft"):
            self.rpc("sale.order", "action_confirm", cart)

    def think_again(self):
        """Change an order, or cancel it."""
        if not (orders := self.find("sale")):
            return
        order = self.chance.choice(orders)
        if self.chance.random() < 0.3:
            self.rpc("sale.order", "action_cancel", [order])
            return
        lines = self.rpc("sale.order.line", "search", [("order_id", "=", order)])
        quantity = self.chance.randint(6, 9)
        self.rpc("sale.order.line", "write", lines, {"product_uom_qty": quantity})

    def find(self, *states):
        domain = [("partner_id", "=", self.partner), ("state", "in", states)]
        return self.rpc("sale.order", "search", domain, order="id")

    # -- how it is ---
    def in_odoo(self):
        [partner] = self.rpc("res.partner", "read", [self.partner], ["name", "phone"])
        states = {"sale": "Confirmed", "cancel": "Cancelled"}
        return {
            "name": partner["name"],
            "phone": "".join(filter(str.isdigit, partner["phone"] or "")),
            "consents": self.get_decisions(),
            "cart": sum(map(self.count, self.find("draft"))),
            "orders": {
                order["name"]: (self.count(order["id"]), states[order["state"]])
                for order in self.read_orders()
            },
        }

    def get_decisions(self):
        """Return {channel: agreed} by the newest decisions."""
        decisions = self.rpc(
            "mindbox.consent",
            "search_read",
            [("partner_id", "=", self.partner)],
            ["channel", "is_subscribed"],
            order="decided_at, id",
        )
        return {d["channel"].title(): d["is_subscribed"] for d in decisions}

    def read_orders(self):
        placed = self.find("sale", "cancel")
        return self.rpc("sale.order", "read", placed, ["name", "state"])

    def count(self, order):
        """Return how many pieces are in a cart or order."""
        lines = self.rpc(
            "sale.order.line",
            "search_read",
            [("order_id", "=", order)],
            ["product_uom_qty"],
        )
        return sum(line["product_uom_qty"] for line in lines)

    def at_mindbox(self):
        path = f"customers/websiteID:{self.partner}"
        known = self.shop.sandbox.control("GET", path)
        cart = known["lists"].get("Cart", {"items": []})
        return {
            "name": known["fullName"],
            "phone": known["mobilePhone"] or "",
            "consents": {
                one["pointOfContact"]: one["state"] == "subscribed"
                for one in known["subscriptions"]
            },
            "cart": sum(item["count"] for item in cart["items"]),
            "orders": {
                order["ids"]["websiteID"]: (
                    sum(line["quantity"] for line in order["lines"]),
                    *{line["status"] for line in order["lines"]},
                )
                for order in known["orders"]
            },
        }
