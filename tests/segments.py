"""A scheme of a few customers of a running shop, and where Mindbox has put them."""

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
