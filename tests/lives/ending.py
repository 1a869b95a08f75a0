"""The end of a life: both sides have the same, and the comparison says so."""

from .at_mindbox import read_state
from .truth import Truth


def check(shop, placed):
    """Deliver what waits, and compare.

    :param placed: IDs of the orders that were confirmed at any time
    """
    shop.settle()
    with shop.transaction() as env:
        should = Truth(env, shop.first, placed).state()
    found = read_state(shop.box)
    differences = get_differences(found, should)
    assert not differences, differences
    reported = shop.compare()
    assert not reported, reported


def get_differences(found, should):
    """Return [(customer ID, what, at Mindbox, in Odoo)]."""
    return [
        (customer, key, found.get(customer, {}).get(key), expected.get(key))
        for customer in sorted(found.keys() | should.keys(), key=str)
        for expected in [should.get(customer, {})]
        for key in found.get(customer, {}).keys() | expected.keys()
        if found.get(customer, {}).get(key) != expected.get(key)
    ]
