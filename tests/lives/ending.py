"""The end of a life: both sides have the same, and the comparison says so."""

from .at_mindbox import read_state
from .truth import Truth


def check(shop, placed):
    """Deliver what waits, and compare.

    :param placed: IDs of the orders that were confirmed at any time
    """
    shop.settle()
    with shop.transaction() as env:
        truth = Truth(env, shop.first, placed)
        should, shells = truth.state(), truth.shells()
    found = read_state(shop.box)
    found = {key: one for key, one in found.items() if not _is_empty(key, one, shells)}
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
        if not _is_same(key, found.get(customer, {}).get(key), expected.get(key))
    ]


def _is_empty(customer, state, shells):
    """Whether nobody can be reached by it, and nothing is told as its."""
    left = {key: state[key] for key in state.keys() - {"name", "consents"}}
    return customer in shells and not any(left.values())


def _is_same(key, found, expected):
    """Whether both are; a no that was another customer's, once, may stay."""
    if key == "consents" and found and expected is not None:
        found = {k: value for k, value in found.items() if value or k in expected}
    if key == "orders" and found and expected:
        expected = {o: _choose(one, found.get(o)) for o, one in expected.items()}
    return found == expected


def _choose(expected, found):
    """Return an order as it should be; of two statuses that may be, the one there."""
    if not found:
        return expected
    total, parts = expected
    return total, {
        next((one for one in status.split("|") if one in found[1]), status): quantity
        for status, quantity in parts.items()
    }
