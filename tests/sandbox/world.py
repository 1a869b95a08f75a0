"""Everything the make-believe Mindbox knows."""

from collections import Counter

from .books.cards import CardBook
from .books.customers import CustomerBook
from .books.lists import ProductBook
from .books.orders import OrderBook
from .bulk.jobs import Imports
from .steps import STEPS


class World:
    def __init__(self, project):
        self.project = project
        self.imports = Imports(self)
        self.reset()

    def reset(self):
        self.imports.reset()
        self.cards = CardBook()
        self.customers = CustomerBook(self.cards)
        self.orders = OrderBook(self.project)
        self.products = ProductBook()
        self.times = {}
        self.segments = Counter()
        self.mailings = []
        self.views = self.balance_changes = 0

    def run(self, context):
        """Do the operation's step; the parts of a sync answer."""
        context.call.effect = True
        if not self.project.settings["domain"]:
            return {}
        try:
            return STEPS[context.operation.step](context)
        except Exception:
            context.call.effect = False
            raise

    # -- what steps and imports share ---
    def see_products(self, keys):
        for key in keys:
            self.products.see(key)

    def set_segment(self, customer, segmentation, segment, when, seq=0):
        """A customer is in at most one segment of a segmentation."""
        mine = customer.bag("segments")
        old = mine.pop(segmentation, None)
        if old is not None:
            self.segments[segmentation, old] -= 1
        if segment:
            mine[segmentation] = segment
            self.segments[segmentation, segment] += 1
        if old != segment:
            customer.note(
                when,
                "segment",
                seq,
                segmentation=segmentation,
                segment=segment,
                before=old,
            )

    def counts(self):
        return {
            "customers": len(self.customers.all),
            "orders": len(self.orders.all),
            "cards": len(self.cards.all),
            "products": len(self.products.all),
            "views": self.views,
            "balance_changes": self.balance_changes,
            "imports": len(self.imports.all),
            "imports_waiting": self.imports.waiting,
        }
