"""RFM: a run over all customers against the bare SQL, and against a loop of the ORM.

Sizes by environment variables: RFM_CUSTOMERS (100,000; the README's figures are of
1,000,000) with five times as many orders, RFM_LOOP (20,000) contacts for the loop.
"""

import itertools
import os
import statistics
import time
from datetime import date, timedelta

from . import _odoo

CUSTOMERS = int(os.environ.get("RFM_CUSTOMERS", 100_000))
LOOP = min(int(os.environ.get("RFM_LOOP", 20_000)), CUSTOMERS)
TODAY = date(2026, 1, 1)
# What anybody would write by hand: one aggregate, four thresholds an axis, scores.
BARE = """
    CREATE TEMP TABLE bare ON COMMIT DROP AS
    WITH facts AS MATERIALIZED (
        SELECT partner_id, max(date_order) AS last, count(*) AS orders,
               sum(amount_total) AS amount
          FROM sale_order WHERE state = 'sale' AND company_id = %(company)s
         GROUP BY partner_id
    ), cuts AS (
        SELECT percentile_disc(%(shares)s) WITHIN GROUP (ORDER BY last) AS r,
               percentile_disc(%(shares)s) WITHIN GROUP (ORDER BY orders) AS f,
               percentile_disc(%(shares)s) WITHIN GROUP (ORDER BY amount) AS m
          FROM facts
    )
    SELECT partner_id,
           1 + (last > r[1])::int + (last > r[2])::int + (last > r[3])::int
             + (last > r[4])::int AS r,
           1 + (orders > f[1])::int + (orders > f[2])::int + (orders > f[3])::int
             + (orders > f[4])::int AS f,
           1 + (amount > m[1])::int + (amount > m[2])::int + (amount > m[3])::int
             + (amount > m[4])::int AS m
      FROM facts, cuts
"""
PARTNERS = """
    INSERT INTO res_partner (
        name, complete_name, email, active, type, partner_share, is_company,
        autopost_bills, supplier_rank, customer_rank, country_id
    )
    SELECT 'Customer ' || n, 'Customer ' || n, 'c' || n || '@example.com', TRUE,
           'contact', TRUE, FALSE, 'ask', 0, 0,
           (SELECT (array_agg(id))[1 + n %% 40] FROM res_country)
      FROM generate_series(1, %(customers)s) n
    RETURNING id
"""
ORDERS = """
    INSERT INTO sale_order (
        name, company_id, partner_id, partner_invoice_id, partner_shipping_id, state,
        date_order, currency_id, currency_rate, amount_untaxed, amount_tax,
        amount_total, picking_policy, create_date, write_date
    )
    SELECT 'B' || row_number() OVER (), %(company)s, p, p, p, 'sale',
           %(today)s::timestamp - interval '1 day' * (1 + 1000 * age ^ 1.5),
           %(currency)s, 1, amount, 0, amount, 'direct', now(), now()
      FROM (
          SELECT p, random() AS age,
                 round((10 + 90 * random() - 60 * ln(random() + 1e-9))::numeric, 2)
                    AS amount
            FROM generate_series(%(first)s, %(last)s) p,
                 generate_series(
                     1, 1 + floor(-4.6 * ln(1 - random() * 0.9999) + 0 * p)::int
                 )
      ) made
     ORDER BY age DESC
"""


def main():
    with _odoo.environment("rfm") as env:
        shop = Shop(env)
        shop.load()
        header = ["what", "seconds", "compared with", "seconds", "ratio"]
        compared = (shop.compare_runs(), shop.compare_lists(), shop.compare_loop())
        _odoo.table(header, ())
        for row in itertools.chain(*compared):
            print("| " + " | ".join(row) + " |", flush=True)


class Shop:
    def __init__(self, env):
        self.env = env
        self.cr = env.cr
        env["rfm.scheme"].search([]).state = "draft"
        self.scheme = env["rfm.scheme"]._create_from_preset("cells", tz="UTC")
        self.scheme.state = "active"
        self.scheme.mindbox_way = "none"
        self.values = {
            "company": env.company.id,
            "currency": env.company.currency_id.id,
            "customers": CUSTOMERS,
            "today": TODAY,
            "shares": [0.2, 0.4, 0.6, 0.8],
        }

    def load(self):
        """Fill Odoo's own tables; indexes are made afterwards, as for any big load."""
        self.cr.execute("SELECT setseed(0.5)")
        self.cr.execute(PARTNERS, self.values)
        ids = [row[0] for row in self.cr.fetchall()]
        self.values |= {"first": ids[0], "last": ids[-1]}
        self.cr.execute(
            "UPDATE res_partner SET commercial_partner_id = id WHERE id >= %(first)s",
            self.values,
        )
        self.cr.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'sale_order' "
            "AND indexdef NOT LIKE '%%UNIQUE%%'"
        )
        indexes = self.cr.fetchall()
        self.cr.execute("ALTER TABLE sale_order DISABLE TRIGGER ALL")
        for name, _definition in indexes:
            self.cr.execute(f'DROP INDEX "{name}"')
        self.cr.execute(ORDERS, self.values)
        orders = self.cr.rowcount
        self.cr.execute("ALTER TABLE sale_order ENABLE TRIGGER ALL")
        for _name, definition in indexes:
            self.cr.execute(definition)
        self.cr.commit()
        for table in ("sale_order", "res_partner"):
            self.vacuum(table)
        print(f"{CUSTOMERS:,} customers, {orders:,} orders", flush=True)

    def vacuum(self, table):
        self.cr.commit()
        self.cr.connection.autocommit = True
        self.cr.execute(f"VACUUM ANALYZE {table}")
        self.cr.connection.autocommit = False

    def measure(self, work, commit=False):
        """Return seconds and result of a piece of work in its own transaction."""
        self.env.invalidate_all()
        started = time.perf_counter()
        result = work()
        if commit:
            self.cr.commit()
        seconds = time.perf_counter() - started
        self.cr.rollback()
        return seconds, result

    def median(self, work, times=3):
        return statistics.median(self.measure(work)[0] for _time in range(times))

    def compare_runs(self):
        bare = self.median(self.run_bare)
        stock, _result = self.measure(lambda: self.cr.execute(BARE, self.values))
        yield self.row("bare SQL, PostgreSQL's own settings", stock, "bare SQL", bare)
        first, run = self.measure(lambda: self.compute(TODAY), commit=True)
        title = f"first run, {run.customers:,} customers"
        yield self.row(title, first, "bare SQL", bare)
        # As autovacuum would before the next night.
        for table in ("rfm_profile", "rfm_transition"):
            self.vacuum(table)
        self.add_a_day()
        yield from self.compare_next_day(TODAY + timedelta(days=1))

    def compare_next_day(self, day):
        bare = self.median(self.run_bare)

        def row(title, seconds):
            return self.row(title, seconds, "bare SQL", bare)

        every, _run = self.measure(lambda: self.compute(day, full_days=0))
        yield row("next day, everybody counted", every)
        following, run = self.measure(lambda: self.compute(day), commit=True)
        assert run.scope == "touched"
        done = f"{run.written:,} written, {run.changed:,} moved"
        yield row(f"next day, {run.touched:,} touched: {done}", following)
        check, _run = self.measure(lambda: self.check(day))
        yield row("the same, checked by counting everybody", check)
        again, run = self.measure(lambda: self.compute(day), commit=True)
        assert (run.written, run.changed) == (0, 0)
        yield row("the same day again, none written", again)
        self.scheme.rule_ids.sorted()[0].cells += " 453"
        self.cr.commit()
        yield row("preview of a rule", self.median(lambda: self.preview(day)))
        yield row("heat map", self.median(self.scheme.get_heat_map))

    def compute(self, day, full_days=7):
        self.scheme.full_days = full_days
        return self.scheme._compute(today=day)

    def check(self, day):
        """What has changed was counted; a count of everybody finds nothing more."""
        run = self.compute(day, full_days=0)
        assert (run.scope, run.missed, run.written) == ("all", 0, 0)

    def run_bare(self):
        """With the memory and the plan of a run, so that only the work differs."""
        from odoo.addons.mindbox_rfm.models.run import plans

        with plans.planned(self.cr, plans.WHOLE_TABLES | plans.SORTED):
            self.cr.execute(BARE, self.values)

    def preview(self, day):
        from odoo.addons.mindbox_rfm.models.run.preview import Preview

        return Preview(self.scheme, day).rows

    def add_a_day(self):
        """One customer in two hundred orders."""
        self.cr.execute(
            """
            INSERT INTO sale_order (
                name, company_id, partner_id, partner_invoice_id, partner_shipping_id,
                state, date_order, currency_id, currency_rate, amount_untaxed,
                amount_tax, amount_total, picking_policy, create_date, write_date
            )
            SELECT 'N' || p, %(company)s, p, p, p, 'sale',
                   %(today)s::timestamp + interval '36 hours', %(currency)s, 1, 50, 0,
                   50, 'direct', now() at time zone 'utc', now() at time zone 'utc'
              FROM generate_series(%(first)s, %(last)s, 200) p
            """,
            self.values,
        )
        self.cr.commit()

    def compare_lists(self):
        partners = self.env["res.partner"]

        def grouped(name):
            return lambda: partners.formatted_read_group(
                [("active", "=", True)], [name], ["__count"]
            )

        segment, country = grouped("rfm_segment_id"), grouped("country_id")
        segment(), country()
        yield self.row(
            "contacts grouped by segment",
            self.median(segment, 5),
            "by country",
            self.median(country, 5),
        )

    def compare_loop(self):
        """The same for some customers, by the engine and customer by customer."""
        last = self.values["first"] + LOOP - 1
        domain = f"[('id', '>=', {self.values['first']}), ('id', '<=', {last})]"
        self.scheme.write({"customer_domain": domain, "include_prospects": False})
        self.cr.execute("DELETE FROM rfm_profile")
        self.cr.execute("ALTER TABLE sale_order DISABLE TRIGGER ALL")
        self.cr.execute("DELETE FROM sale_order WHERE partner_id > %s", [last])
        self.cr.execute("ALTER TABLE sale_order ENABLE TRIGGER ALL")
        self.cr.commit()
        self.vacuum("sale_order")
        engine, run = self.measure(lambda: self.scheme._compute(today=TODAY))
        loop, _result = self.measure(lambda: loop_over(self.env, domain))
        title = f"{LOOP:,} contacts, loop of the ORM"
        yield self.row(title, loop, "a run", engine)

    def row(self, title, seconds, other, base):
        ratio = (
            f"{seconds / base:.2f}" if seconds / base < 10 else f"{seconds / base:.0f}"
        )
        return [title, f"{seconds:.2f}", other, f"{base:.2f}", ratio]


def loop_over(env, domain):
    """What the usual add-on does: per contact read the orders, score, write."""
    from ast import literal_eval

    bands = {"days": (365, 180, 90, 30), "orders": (1, 2, 3, 5), "sum": (50, 200, 500)}
    for partner in env["res.partner"].search(literal_eval(domain)):
        orders = env["sale.order"].search(
            [("partner_id", "=", partner.id), ("state", "=", "sale")]
        )
        days = (TODAY - max(orders.mapped("date_order")).date()).days
        total = sum(orders.mapped("amount_total"))
        r = 1 + sum(days < band for band in bands["days"])
        f = 1 + sum(len(orders) > band for band in bands["orders"])
        m = 1 + sum(total > band for band in bands["sum"])
        partner.comment = f"{r}{f}{m}"
    env.flush_all()
