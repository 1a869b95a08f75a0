"""A customer to whom things happen, as chance has it, in Odoo and at Mindbox."""

import random

SEED = 14
ARCHIVED_TOO = {"active_test": False}
MERGE = "base.partner.merge.automatic.wizard"
STATES = {"sale": "Confirmed", "cancel": "Cancelled"}


class Life:
    """One customer.

    :param shop: a ``Storefront`` with ``sites`` and the loyalty program ``club``
    :param str name: a word that no other customer has; chance goes by it
    """

    def __init__(self, shop, name):
        self.shop, self.name = shop, name
        self.chance = random.Random(f"{SEED} {name}")
        self.number = 0
        # Who lives beside, and whom to turn to since two were found to be one.
        self.others, self.became = (), None
        self.has_account = self.chance.random() < 0.4
        self.partner = self.sign_up() if self.has_account else self.enter()

    def rpc(self, *args, **kwargs):
        return self.shop.rpc(*args, **kwargs)

    def enter(self):
        """The back office enters the customer."""
        values = {"name": f"Anna {self.name}", "email": f"{self.name}@example.com"}
        return self.rpc("res.partner", "create", values)

    def sign_up(self):
        return self.shop.customer().partner_id

    def is_there(self):
        """Whether this is a customer still, and not another one's past."""
        domain = [("id", "=", self.partner)]
        return self.rpc("res.partner", "search_count", domain, context=ARCHIVED_TOO)

    def go_on(self):
        """Let the next thing happen."""
        self.number += 1
        happenings = (
            *(self.move, self.call_otherwise, self.be_called, self.decide),
            *(self.shop_around, self.shop_around, self.buy, self.think_again),
            *(self.get_card, self.earn, self.earn, self.spend, self.be_merged),
        )
        happening = self.chance.choice(happenings)
        if self.is_there():
            happening()

    def write(self, **values):
        self.rpc("res.partner", "write", [self.partner], values)

    # -- who it is ---
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

    def be_merged(self):
        """The back office finds out that another customer is the same person."""
        others = [one for one in self.others if not (one.has_account or one is self)]
        other = self.chance.choice(others) if others else None
        # There is one cart afterwards, and cards change hands: whose they are meanwhile
        # is another test's question.
        if not other or not other.is_there() or other.read_cards():
            return
        other.buy()
        other.became = self
        partners = [(6, 0, [self.partner, other.partner])]
        values = {"partner_ids": partners, "dst_partner_id": self.partner}
        wizard = self.rpc(MERGE, "create", {**values, "state": "selection"})
        self.rpc(MERGE, "action_merge", [wizard])

    # -- carts and orders ---
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

    # -- cards and points ---
    def read_cards(self):
        domain = [("partner_id", "=", self.partner)]
        return self.rpc("loyalty.card", "search_read", domain, ["code", "points"])

    def get_card(self):
        values = {"program_id": self.shop.club, "partner_id": self.partner}
        self.rpc("loyalty.card", "create", values)

    def earn(self):
        self.change_points(self.chance.randint(1, 50))

    def spend(self):
        self.change_points(-self.chance.randint(1, 20))

    def change_points(self, change):
        if not (cards := self.read_cards()):
            return
        card = self.chance.choice(cards)
        points = {"points": max(0, card["points"] + change)}
        self.rpc("loyalty.card", "write", [card["id"]], points)

    # -- how it is ---
    def in_odoo(self):
        """Return what Odoo knows of the customer."""
        [partner] = self.rpc("res.partner", "read", [self.partner], ["name", "phone"])
        cards = {card["code"]: card["points"] for card in self.read_cards()}
        return {
            "name": partner["name"],
            "phone": "".join(filter(str.isdigit, partner["phone"] or "")),
            "consents": self.get_decisions(),
            "cart": sum(map(self.count, self.find("draft"))),
            "cards": cards,
            "points": sum(cards.values()),
            "orders": {
                order["name"]: (self.count(order["id"]), STATES[order["state"]])
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

    def ask_mindbox(self):
        return self.shop.sandbox.control("GET", f"customers/websiteID:{self.partner}")

    def at_mindbox(self):
        """Return the same as Mindbox knows it."""
        known = self.ask_mindbox()
        cart = known["lists"].get("Cart", {"items": []})
        return {
            "name": known["fullName"],
            "phone": known["mobilePhone"] or "",
            "consents": {
                one["pointOfContact"]: one["state"] == "subscribed"
                for one in known["subscriptions"]
            },
            "cart": sum(item["count"] for item in cart["items"]),
            "cards": {card["number"]: card["balance"] for card in known["cards"]},
            "points": sum(balance["total"] for balance in known["balances"]),
            "orders": {
                order["ids"]["websiteID"]: (
                    sum(line["quantity"] for line in order["lines"]),
                    *{line["status"] for line in order["lines"]},
                )
                for order in known["orders"]
            },
        }
