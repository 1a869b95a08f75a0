"""Each way in which a segment reaches Mindbox: joining, moving, leaving, catching up.

Judged by the customers of the sandbox, which is as strict as Mindbox, and by which
operations were called: what the log of requests names must be what has left.
"""

import pytest

from tests.segments import SEGMENTS, Scheme, in_segmentation
from tests.shop import Shop


def in_field(name):
    return lambda customer: (customer.get("customFields") or {}).get(name)


@pytest.fixture
def scheme(odoo_server, sandbox, wait_until):
    sandbox.control("PUT", "settings", {"strictness": {"profile": "strict"}})
    shop = Shop(odoo_server(workers=2), sandbox)
    return Scheme(shop, wait_until)


def tell_by_import(scheme):
    scheme.set(mindbox_way="bulk", mindbox_segmentation="RFM")
    scheme_operation(
        scheme, mode="bulk", name="DirectCrm.StaticCustomerSegments.Import"
    )
    return in_segmentation("RFM")


def tell_by_field(scheme):
    scheme.set(mindbox_way="field", mindbox_field="rfmSegment")
    box = scheme.shop.sandbox
    define(box, "Rfm.SetField", step="edit", customer="edit")
    scheme_operation(scheme, mode="async", name="Rfm.SetField")
    return in_field("rfmSegment")


def tell_by_operations(scheme):
    """An operation for each segment but the last, and one that takes out of all."""
    scheme.set(mindbox_way="operation")
    box = scheme.shop.sandbox
    define(box, "Rfm.Leave", step="segment_exclude", segmentation="Ways")
    general = scheme_operation(scheme, mode="async", name="Rfm.Leave")
    for code in SEGMENTS:
        name = f"Rfm.{code.title()}"
        define(box, name, step="segment_include", segmentation="Ways", segment=code)
        values = {"rfm_segment_id": scheme.segments[code], "name": name}
        scheme.rpc("mindbox.operation", "copy", [general], values)
    return in_segmentation("Ways")


def define(box, name, **values):
    box.control("PUT", "operations", {"name": name, "device": "refused", **values})


def scheme_operation(scheme, **values):
    """Change the operation that is for no segment of its own, and return its ID."""
    domain = [("event", "=", "segment_set"), ("rfm_segment_id", "=", False)]
    domain += [("endpoint_id", "=", scheme.shop.endpoint_id)]
    [operation] = scheme.rpc("mindbox.operation", "search", domain)
    scheme.rpc("mindbox.operation", "write", [operation], values)
    return operation


WAYS = {
    "import": (tell_by_import, "rest"),
    "field": (tell_by_field, "rest"),
    # The last segment has no operation of its own.
    "operations": (tell_by_operations, None),
}


@pytest.mark.parametrize("way", WAYS)
def test_customers_join_move_leave_and_are_caught_up_with(scheme, way):
    begin, rest = WAYS[way]
    look = begin(scheme)
    first, second, third = scheme.customers
    scheme.order(first, 3)
    scheme.order(second)
    scheme.run()
    assert scheme.at_mindbox(look) == ["vip", "fresh", rest]

    scheme.order(second, 2)
    scheme.order(third)
    scheme.leave(first)
    scheme.run()
    assert scheme.at_mindbox(look) == [None, "vip", "fresh"]
    said, called = scheme.operations()
    assert said == called

    before = len(scheme.shop.calls())
    scheme.run()
    assert len(scheme.shop.calls()) == before, "nothing has changed"

    # What never leaves is told by the next run.
    scheme.order(third, 2)
    scheme.shop.pause()
    scheme.run(settle=False)
    scheme.cancel_what_waits()
    scheme.shop.start()
    scheme.run()
    assert scheme.at_mindbox(look) == [None, "vip", "vip"]


def test_a_new_way_or_name_tells_everybody(scheme):
    looks = []
    first, second, _third = scheme.customers
    scheme.order(first, 3)
    scheme.order(second)
    for begin, rest in WAYS.values():
        looks.append((begin(scheme), rest))
        scheme.run()
        for look, others in looks:
            assert scheme.at_mindbox(look) == ["vip", "fresh", others]

    # The old way's data stay, the old name's do not.
    tell_by_import(scheme)
    scheme.set(mindbox_segmentation="RFM2")
    scheme.run()
    assert scheme.at_mindbox(in_segmentation("RFM2")) == ["vip", "fresh", "rest"]
    assert scheme.at_mindbox(in_segmentation("RFM")) == [None, None, None]
