"""Each way in which a segment reaches Mindbox: joining, moving, leaving, catching up.

Judged by the customers of the sandbox, which is as strict as Mindbox, and by which
operations were called: what the log of requests names must be what has left.
"""

import pytest

from tests.shop import Shop

SEGMENTS = {"vip": "orders >= 3", "fresh": "orders >= 1"}


class Scheme:
    """A scheme of a company's few customers, and where Mindbox has put them."""

    def __init__(self, shop, wait_until):
        self.shop, self.rpc, self.wait_until = shop, shop.rpc, wait_until
        [product] = self.rpc(
            "product.product", "search", [("type", "=", "service")], limit=1
        )
        self.product = product
        self.id = self.make()
        self.customers = [self.make_customer(number) for number in range(3)]
        self.settle()

    def make(self):
        active = self.rpc("rfm.scheme", "search", [("state", "=", "active")])
        self.rpc("rfm.scheme", "action_deactivate", active)
        codes = [*SEGMENTS, "rest"]
        values = {
            "name": "Ways",
            "customer_domain": "[('ref', '=', 'way')]",
            "segment_ids": [(0, 0, {"name": c.title(), "code": c}) for c in codes],
        }
        scheme = self.rpc("rfm.scheme", "create", values)
        self.segments = {
            row["code"]: row["id"]
            for row in self.rpc(
                "rfm.segment", "search_read", [("scheme_id", "=", scheme)], ["code"]
            )
        }
        for code, least in (("vip", 3), ("fresh", 1), ("rest", None)):
            bound = {"measure": "orders", "operator": ">=", "value": least}
            rule = {"scheme_id": scheme, "segment_id": self.segments[code]}
            rule["condition_ids"] = [(0, 0, bound)] if least else []
            self.rpc("rfm.rule", "create", rule)
        self.rpc("rfm.scheme", "action_activate", [scheme])
        return scheme

    def make_customer(self, number):
        values = {"name": f"Way {number}", "email": f"way{number}@example.com"}
        return self.rpc("res.partner", "create", {**values, "ref": "way"})

    def set(self, **values):
        self.rpc("rfm.scheme", "write", [self.id], values)

    def order(self, customer, times=1):
        line = (0, 0, {"product_id": self.product, "price_unit": 100})
        for _number in range(times):
            values = {"partner_id": customer, "order_line": [line]}
            order = self.rpc("sale.order", "create", values)
            self.rpc("sale.order", "action_confirm", [order])

    def leave(self, customer):
        """No rule is left for the customer: those of the scheme are for others."""
        self.rpc("res.partner", "write", [customer], {"ref": False})

    def settle(self):
        self.wait_until(self.shop.settled, 60)
        self.shop.sandbox.settle()

    def run(self, settle=True):
        """Compute, and wait until all that follows has arrived."""
        action = self.rpc("rfm.scheme", "action_compute", [self.id])

        def is_over():
            [run] = self.rpc("rfm.run", "read", [action["res_id"]], ["state"])
            return run["state"] == "done" and not self.jobs()

        self.wait_until(is_over, 60)
        if settle:
            self.settle()

    def cancel_what_waits(self):
        waiting = [("event", "=", "segment_set"), ("state", "=", "pending")]
        rows = self.wait_until(lambda: self.rpc("mindbox.request", "search", waiting))
        self.rpc("mindbox.request", "action_cancel", rows)

    def jobs(self):
        marks = [("method_name", "=", "_mark_due"), ("state", "!=", "done")]
        return self.rpc("queue.job", "search_count", marks)

    # -- at Mindbox ---
    def at_mindbox(self, look):
        """What the sandbox has of each customer."""
        box = self.shop.sandbox
        return [
            look(box.control("GET", f"customers/websiteID:{customer}"))
            for customer in self.customers
        ]

    def operations(self):
        """{transaction ID: operation} of the calls about segments, at both ends."""
        domain = [("event", "=", "segment_set"), ("state", "=", "sent")]
        rows = self.shop.rows("operation_name", domain=domain)
        said = {row["transaction_id"]: row["operation_name"] for row in rows}
        calls = {c["transaction_id"]: c["operation"] for c in self.shop.calls()}
        return said, {key: calls.get(key) for key in said}


def in_segmentation(name):
    return lambda customer: (customer.get("segments") or {}).get(name)


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
