"""What goes on beside a long job: orders of the shop, memory of its workers."""

import itertools
import threading
import time

import psutil

LIVE_CUSTOMERS = 20


class LiveOrders:
    """An order every second, and how long each takes to get to Mindbox."""

    def __init__(self, shop):
        self.shop, self.placed = shop, {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._place)
        domain = [("type", "=", "consu"), ("sale_ok", "=", True)]
        self.product = shop.rpc("product.product", "search", domain, limit=1)[0]
        values = [
            {"name": f"Live {number}", "email": f"live{number}@example.com"}
            for number in range(LIVE_CUSTOMERS)
        ]
        # The calls of one customer leave one after the other.
        self.customers = itertools.cycle(shop.rpc("res.partner", "create", values))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self._stop.set()
        self._thread.join()

    def _place(self):
        line = (0, 0, {"product_id": self.product, "product_uom_qty": 1})
        while not self._stop.wait(1):
            values = {"partner_id": next(self.customers), "order_line": [line]}
            try:
                order = self.shop.rpc("sale.order", "create", values)
                self.shop.rpc("sale.order", "action_confirm", [order])
            except Exception:
                # The server is being killed: the next one comes in a second.
                continue
            self.placed[order] = time.time()

    def count_placed(self, since):
        return sum(moment > since for moment in self.placed.values())

    def latencies(self, since=0):
        """Seconds from the confirmation to Mindbox, of the orders placed since then."""
        arrived = self.shop.rows(
            "res_id", "sent_at", "occurred_at", domain=[("event", "=", "order_create")]
        )
        seconds = []
        for row in arrived:
            if self.placed.get(row["res_id"], 0) > since and row["sent_at"]:
                sent, made = (
                    time.mktime(time.strptime(row[name], "%Y-%m-%d %H:%M:%S"))
                    for name in ("sent_at", "occurred_at")
                )
                seconds.append(sent - made)
        return seconds


class Memory(threading.Thread):
    """Watches how much the workers of a server grow."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.first, self.growth = server, {}, 0
        self._over = threading.Event()

    def run(self):
        while not self._over.wait(0.5):
            try:
                for worker in self.server.workers():
                    self._look(worker)
            except psutil.Error:
                continue

    def _look(self, worker):
        resident = worker.memory_info().rss
        self.first.setdefault(worker.pid, resident)
        self.growth = max(self.growth, resident - self.first[worker.pid])

    def stop(self):
        self._over.set()
        self.join()
