"""One life that is told step by step."""

from contextlib import contextmanager

from .ending import check
from .imported import check_imported
from .people import People


class Life:
    """One life: its people, and the orders that they have placed."""

    def __init__(self, shop, number):
        shop.begin()
        self.shop, self.people, self.placed = shop, People(shop, number), set()
        self.settle = shop.settle

    def come(self, email, phone=0):
        self.people.come(email, phone)
        return self.people.ids[-1]

    def sign_up(self, email):
        self.people.sign_up(email)
        return self.people.ids[-1]

    def order(self, who, quantity=1):
        order = self.people.order(who, self.shop.lesson, quantity)
        self.placed.add(order)
        return order

    def fill_cart(self, who, quantity=1):
        self.people.fill_cart(who, self.shop.lamp, quantity)

    def card(self, who, points=50):
        """Give points, on a card that is new; return its ID."""
        self.people.give_points(who, points)
        with self.people.acting("loyalty.card") as cards:
            return cards.search([("partner_id", "=", who)], limit=1).id

    def owner_of(self, card):
        """Return the ID of the customer who has a card at Mindbox."""
        with self.people.acting("loyalty.card", card) as known:
            number = known.code
        world = self.shop.box.server.world
        owner = self.shop.box.on_loop(lambda: world.cards.owner(number))
        return owner and int(owner.ids["websiteID"])

    @contextmanager
    def failing(self, whose, by="customers", **fault):
        """Have the calls of a customer, or of an operation, fail for a while."""
        box = self.shop.box
        whose = [f"websiteID:{whose}"] if by == "customers" else f"Website.{whose}"
        box.faults.set("500", **{by: whose}, **fault)
        yield
        box.faults.clear()

    def check(self):
        check(self.shop, self.placed)

    def check_imported(self, way):
        check_imported(self.shop, self.placed, way)
