"""The end of a life, as somebody sees it who connects Mindbox only then.

Odoo has lived with one Mindbox; now there is an empty one, of which Odoo knows nothing,
and all it gets is the historical import.
"""

from pathlib import Path

from .at_mindbox import read_state
from .ending import get_differences
from .truth import Truth

# In the order that the page of the import recommends.
KINDS = ("customers", "cards", "orders")
WAYS = ("bulk", "records")
# What an import does not carry, and the sentence of the guide that says so: each is a
# method of :class:`ImportedTruth`, and nothing else may differ.
GUIDE = Path(__file__).parents[2] / "docs/en/administrators.md"
NOT_CARRIED = {
    "cart": "Carts and wish lists are no history: Mindbox hears of each with its next "
    "change.",
    "was_placed": "Of cancelled orders those go that were paid, invoiced or had a "
    "transfer; of others Odoo does not know whether they were placed.",
}


class ImportedTruth(Truth):
    """What should be at Mindbox after the import."""

    def cart(self, partners):
        return {}

    def was_placed(self, order):
        trace = order.picking_ids or order.invoice_ids or order.transaction_ids
        return super().was_placed(order) and (order.state != "cancel" or bool(trace))


def check_imported(shop, placed, way="bulk"):
    """Deliver what waits, take Mindbox away, import into an empty one, and compare.

    :param placed: IDs of the orders that were confirmed at any time
    :param str way: of the import, one of :data:`WAYS`
    """
    shop.settle()
    shop.forget()
    for kind in KINDS:
        shop.run_import(kind, way)
    shop.settle()
    with shop.transaction() as env:
        should = ImportedTruth(env, shop.first, placed).state()
    differences = get_differences(read_state(shop.box), should)
    assert not differences, differences
    reported = shop.compare()
    assert not reported, reported
