"""Up to five customers live at random: what may happen, and how lives are lived."""

import itertools
import os
import random
from contextlib import suppress

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from .people import People

LONG = os.environ.get("MINDBOX_LIVES")
SEED = int(os.environ.get("MINDBOX_SEED") or (random.randrange(10**6) if LONG else 15))
NUMBERS = itertools.count(random.Random(SEED).randrange(10**6))
MOST = 5

PICK = st.integers(0, 99)
EMAIL = st.integers(1, 3)
PHONE = st.sampled_from([0, 0, 1, 2])
QUANTITY = st.integers(1, 3)
LINE_STATUS = st.sampled_from(["string", "string", "none"])


class Lives(RuleBasedStateMachine):
    """What may happen; numbers that pick somebody wrap around."""

    shop = end = None

    @initialize(
        email=EMAIL, phone=PHONE, account=st.booleans(), line_status=LINE_STATUS
    )
    def begin(self, email, phone, account, line_status):
        self.shop.begin(line_status=line_status)
        self.people = People(self.shop, next(NUMBERS))
        self.people.sign_up(email) if account else self.people.come(email, phone)
        self.placed = set()

    def anybody(self, number):
        ids = self.people.ids
        return ids[number % len(ids)]

    def find(self, model, number, *domain):
        """Return the ID of one of this life's records, None where there is none."""
        with self.people.acting(model) as model:
            mine = [("partner_id", "in", self.people.ids), *domain]
            ids = model.search(mine, order="id").ids
        return ids[number % len(ids)] if ids else None

    def find_order(self, number, *states, lamp=None):
        domain = [("state", "in", states)]
        if lamp is not None:
            product = self.shop.lamp if lamp else self.shop.lesson
            domain.append(("order_line.product_id", "=", product))
        return self.find("sale.order", number, *domain)

    def product(self, lamp):
        return self.shop.lamp if lamp else self.shop.lesson

    # -- customers ---
    @precondition(lambda self: len(self.people.ids) < MOST)
    @rule(email=EMAIL, phone=PHONE)
    def come(self, email, phone):
        self.people.come(email, phone)

    @precondition(lambda self: len(self.people.ids) < MOST)
    @rule(email=EMAIL)
    def sign_up(self, email):
        self.people.sign_up(email)

    @rule(who=PICK)
    def follow_invitation(self, who):
        self.people.follow_invitation(self.anybody(who))

    @rule(who=PICK, name=st.sampled_from(["Anna Orlova", "Olga Petrova", "Ivan"]))
    def call_otherwise(self, who, name):
        self.people.change(self.anybody(who), name=name)

    @rule(who=PICK, email=st.sampled_from([1, 2, 10, 11]))
    def change_email(self, who, email):
        self.people.change(self.anybody(who), email=self.people.email(email))

    @rule(who=PICK, phone=PHONE)
    def change_phone(self, who, phone):
        self.people.change(self.anybody(who), phone=self.people.phone(phone))

    @rule(who=PICK, channel=st.sampled_from(["email", "sms"]), agreed=st.booleans())
    def decide(self, who, channel, agreed):
        self.people.decide(self.anybody(who), channel, agreed)

    @rule(loser=PICK, winner=PICK)
    def merge(self, loser, winner):
        self.people.merge(self.anybody(loser), self.anybody(winner))

    # -- carts ---
    @rule(who=PICK, lamp=st.booleans(), quantity=QUANTITY)
    def fill_cart(self, who, lamp, quantity):
        self.people.fill_cart(self.anybody(who), self.product(lamp), quantity)

    @rule(who=PICK, lamp=st.booleans(), quantity=QUANTITY)
    def second_cart(self, who, lamp, quantity):
        self.people.second_cart(self.anybody(who), self.product(lamp), quantity)

    @rule(which=PICK, how=st.sampled_from(["empty", "action_cancel", "unlink"]))
    def drop_cart(self, which, how):
        if cart := self.find_order(which, "draft"):
            self.people.drop_cart(cart, how)

    @rule(which=PICK)
    def order_cart(self, which):
        cart = self.find("sale.order", which, ("state", "=", "draft"))
        with self.people.acting("sale.order", cart or ()) as order:
            one_product = len(order.order_line.product_id) == 1
        if cart and one_product:
            self.people.merge_lines(cart)
            self.people.confirm(cart)
            self.placed.add(cart)

    # -- orders ---
    @rule(who=PICK, lamp=st.booleans(), quantity=QUANTITY)
    def order(self, who, lamp, quantity):
        self.placed.add(
            self.people.order(self.anybody(who), self.product(lamp), quantity)
        )

    @rule(which=PICK, quantity=QUANTITY)
    def reorder(self, which, quantity):
        if order := self.find_order(which, "sale"):
            self.people.reorder(order, quantity)

    @rule(which=PICK)
    def cancel(self, which):
        if order := self.find_order(which, "sale"):
            self.people.cancel(order)

    @rule(which=PICK, quantity=QUANTITY)
    def order_again(self, which, quantity):
        order = self.find_order(which, "cancel")
        if order in self.placed:
            self.people.reopen(order)
            self.people.reorder(order, quantity)
            self.people.confirm(order)

    # -- goods ---
    @rule(which=PICK, quantity=QUANTITY, backorder=st.booleans())
    def ship(self, which, quantity, backorder):
        if order := self.find_order(which, "sale", lamp=True):
            self.people.ship(order, quantity, backorder)

    @rule(which=PICK, quantity=QUANTITY, exchange=st.booleans(), arrives=st.booleans())
    def take_back(self, which, quantity, exchange, arrives):
        if order := self.find_order(which, "sale", lamp=True):
            self.people.take_back(order, quantity, exchange, arrives)

    @rule(which=PICK)
    def receive(self, which):
        if order := self.find_order(which, "sale", lamp=True):
            self.people.receive(order)

    # -- money ---
    @rule(which=PICK, amount=st.sampled_from([0, 0, 40]))
    def bill(self, which, amount):
        if order := self.find_order(which, "sale", lamp=False):
            self.people.bill(order, amount)

    @rule(which=PICK)
    def pay_online(self, which):
        if order := self.find_order(which, "sale", lamp=False):
            self.people.pay_online(order)

    @rule(which=PICK, amount=st.sampled_from([30, 100, 1000]))
    def refund_online(self, which, amount):
        if order := self.find_order(which, "sale", "cancel", lamp=False):
            self.people.refund_online(order, amount)

    @rule(which=PICK)
    def pay(self, which):
        if order := self.find_order(which, "sale", "cancel", lamp=False):
            self.people.pay(order)

    @rule(which=PICK, price=st.sampled_from([0, 30]), anew=st.booleans())
    def credit(self, which, price, anew):
        if order := self.find_order(which, "sale", lamp=False):
            self.people.credit(order, price, anew)

    # -- points ---
    @rule(who=PICK, points=st.sampled_from([50, 20, -30, -1000]))
    def give_points(self, who, points):
        self.people.give_points(self.anybody(who), points)

    @rule(which=PICK, who=PICK)
    def hand_over(self, which, who):
        if card := self.find("loyalty.card", which):
            self.people.hand_over(card, self.anybody(who))

    # -- Mindbox ---
    @rule()
    def deliver(self):
        self.shop.deliver()

    @rule()
    def settle(self):
        self.shop.settle()

    def teardown(self):
        if hasattr(self, "people"):
            self.end(self.shop, self.placed)


def live(shop, size, end):
    """Live so many lives of so many steps; the long form where that is asked for.

    :param str size: of the short form, as ``10x30``
    :param end: what checks the end of each life, with the shop and the placed orders
    """

    class Case(Lives):
        pass

    Case.shop, Case.end = shop, staticmethod(end)
    lives, steps = map(int, (LONG or size).split("x"))
    phases = [Phase.generate, *([Phase.shrink] if os.environ.get("SHRINK") else ())]
    how = settings(
        max_examples=lives,
        stateful_step_count=steps,
        phases=phases,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(seed(SEED)(Case), settings=how)
    except BaseException as error:
        with suppress(AttributeError):
            error.add_note(f"MINDBOX_SEED={SEED} lives the same lives again")
        raise
