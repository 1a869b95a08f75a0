"""History: the files of an import against a bare COPY of the same columns.

Sizes by environment variable: HISTORY_SIZES (10000,100000; the README's figures go to
1000000), each so many customers, and rows of so many orders.
"""

import os
import resource
import time

from tests import history

from . import _odoo

SIZES = [int(n) for n in os.environ.get("HISTORY_SIZES", "10000,100000").split(",")]
COPIES = {
    "customers": """
        COPY (SELECT id, email_normalized, phone, name, sex, birthday, tz, create_date
                FROM res_partner WHERE id >= %s ORDER BY id)
        TO STDOUT (FORMAT csv, DELIMITER ';', HEADER)
    """,
    "orders": """
        COPY (SELECT sale.name, sale.partner_id, sale.date_order, sale.write_date,
                     sale.amount_total, line.product_id, line.product_uom_qty,
                     line.price_total, sale.state, line.id, line.price_unit
                FROM sale_order sale
                JOIN sale_order_line line ON line.order_id = sale.id
               WHERE sale.id >= %s ORDER BY sale.id, line.sequence)
        TO STDOUT (FORMAT csv, DELIMITER ';', HEADER)
    """,
}


class Sink:
    """Where COPY writes to: nowhere."""

    def __init__(self):
        self.rows = 0

    def write(self, content):
        self.rows += content.count(b"\n")
        return len(content)


def main():
    header = ["what", "rows", "files", "rows/s", "COPY rows/s", "ratio", "memory"]
    _odoo.table(header, ())
    for size in SIZES:
        with _odoo.environment("history") as env:
            endpoint = prepare(env)
            made = history.make(env.cr, size, size // 2)
            env.cr.commit()
            for kind in ("customers", "orders"):
                row = compare(env, endpoint, kind, made[kind][0])
                print("| " + " | ".join(row) + " |", flush=True)


def prepare(env):
    endpoint = env["mindbox.endpoint"].search([], limit=1)
    values = {"endpoint_code": "demo.Website", "secret_key": "k", "state": "running"}
    endpoint.write(values)
    env.cr.commit()
    return endpoint


def compare(env, endpoint, kind, first_id):
    """Return the cells of a row: the import and the bare COPY, one after the other."""
    copied, copy_seconds = copy(env, kind, first_id)
    before = resident()
    rows, files, seconds = build(env, endpoint, kind)
    growth = max(0, resident() - before)
    speed, copy_speed = rows / seconds, copied / copy_seconds
    return [
        kind,
        f"{rows:,}",
        str(files),
        f"{speed:,.0f}",
        f"{copy_speed:,.0f}",
        f"{copy_speed / speed:.1f}",
        f"+{growth} MB",
    ]


def copy(env, kind, first_id):
    sink, started = Sink(), time.perf_counter()
    env.cr.copy_expert(env.cr.mogrify(COPIES[kind], [first_id]).decode(), sink)
    return sink.rows, time.perf_counter() - started


def build(env, endpoint, kind):
    """Build all files of an import as its job does, commits included; send none."""
    run = env["mindbox.import"].create(
        {"endpoint_id": endpoint.id, "kind": kind, "way": "files"}
    )
    started = time.perf_counter()
    run.action_start()
    while run.state == "running":
        run._advance(lambda: False)
    chunks = run.chunk_ids
    return sum(chunks.mapped("rows")), len(chunks), time.perf_counter() - started


def resident():
    """Return the largest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
