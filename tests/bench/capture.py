"""What recording costs the shop: each transaction with the marks on and off.

Whole transactions, commit and kick included, on and off in turns within one run.
"""

import statistics
import time
from contextlib import contextmanager, nullcontext
from unittest.mock import patch

from . import _odoo

ROUNDS = 200
WARM_UP = 20
IMPORTED = 10_000
IMPORTS = 2


def main():
    with _odoo.environment("capture") as env:
        shop = Shop(env)
        header = ["transaction", "off, ms", "on, ms", "on / off", "extra SQL"]
        _odoo.table(header, shop.results())


class Shop:
    def __init__(self, env):
        from odoo.addons.mindbox_connector.models.outbox.mindbox_kick import KICKS

        self.env, self.kicks = env, KICKS
        self.endpoint = env["mindbox.endpoint"].create(
            {
                "name": "Bench",
                "url": "http://localhost:9",
                "endpoint_code": "bench",
                "secret_key": "bench",
            }
        )
        self.partners = env["res.partner"].create(
            [
                {"name": f"Customer {n}", "email": f"c{n}@example.com"}
                for n in range(2 * ROUNDS)
            ]
        )
        self.product = env["product.product"].create({"name": "Lamp", "list_price": 10})
        self.website = env["website"].search([], limit=1)
        self.endpoint.state = "running"
        env.cr.commit()

    def results(self):
        for title, case in self.cases():
            yield self.compare(title, case)
        yield self.compare_import()

    @contextmanager
    def switched(self, on):
        """Marks are made only while an integration point listens."""
        endpoint = self.env.registry["mindbox.endpoint"]
        nobody = patch.object(endpoint, "_get_routes", lambda self: ())
        with nullcontext() if on else nobody:
            yield

    def cases(self):
        return [
            ("partner write", self.write_partner),
            ("add to cart", self.add_to_cart),
            ("order confirmation", self.confirm_order),
        ]

    def write_partner(self, number):
        partner = self.partners[number]
        return lambda: partner.write({"phone": f"+7 999 {number:07d}"})

    def add_to_cart(self, number):
        cart = self.make_order(number, website_id=self.website.id)
        line = {"product_id": self.product.id, "order_id": cart.id}
        return lambda: self.env["sale.order.line"].create(line)

    def confirm_order(self, number):
        return self.make_order(number).action_confirm

    def make_order(self, number, **vals):
        line = (0, 0, {"product_id": self.product.id})
        vals |= {"partner_id": self.partners[number].id, "order_line": [line]}
        return (
            self.env["sale.order"]
            .with_context(mindbox_skip=True)
            .create(vals)
            .with_context(mindbox_skip=False)
        )

    def compare(self, title, case):
        times, statements = {True: [], False: []}, {True: [], False: []}
        for number in range(2 * ROUNDS):
            # In turns, so that what else the machine does meets both alike.
            on = bool(number % 2)
            work = case(number)
            self.env.cr.commit()
            with self.switched(on):
                spent, count = self.measure(work)
            # The first ones fill the caches.
            if number >= WARM_UP:
                times[on].append(spent)
                statements[on].append(count)
        off, on = (statistics.median(times[key]) for key in (False, True))
        extra = statistics.median(statements[True]) - statistics.median(
            statements[False]
        )
        return [title, f"{off:.2f}", f"{on:.2f}", f"{on / off:.3f}", f"{extra:+.0f}"]

    def measure(self, work):
        """Return (milliseconds, SQL statements) of one transaction."""
        before = self.env.cr.sql_log_count
        started = time.perf_counter()
        work()
        self.env.cr.flush()
        count = self.env.cr.sql_log_count - before
        self.env.cr.commit()
        spent = (time.perf_counter() - started) * 1000
        # The kick runs beside, after the answer is out.
        self.kicks.join()
        return spent, count

    def compare_import(self):
        """Odoo's own import of a file with customers."""
        off, on = [], []
        for turn in range(2 * IMPORTS):
            switched_on = bool(turn % 2)
            rows = [
                [f"Import {turn} {n}", f"i{turn}-{n}@example.com", f"+7 999 {n:07d}"]
                for n in range(IMPORTED)
            ]
            started = time.perf_counter()
            with self.switched(switched_on):
                names = ["name", "email", "phone"]
                result = self.env["res.partner"].load(names, rows)
                assert len(result["ids"]) == IMPORTED, result["messages"]
                self.env.cr.commit()
            (on if switched_on else off).append((time.perf_counter() - started) * 1000)
            self.kicks.join()
        slow, fast = min(on), min(off)
        title = f"import of {IMPORTED:,} partners"
        return [title, f"{fast:.0f}", f"{slow:.0f}", f"{slow / fast:.3f}", ""]
