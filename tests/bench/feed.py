"""The product feed against a bare SQL dump of the same products.

Sizes by an environment variable: FEED_PRODUCTS (10000,100000), separated by commas.
"""

import gzip
import io
import os
import resource
import time
from unittest.mock import patch

from . import _odoo

SIZES = os.environ.get("FEED_PRODUCTS", "10000,100000").split(",")
# What a dump without any rule would write: no prices of a pricelist, no stock.
DUMP = """
    COPY (
        SELECT p.id, t.id, t.name->>'en_US', t.list_price, t.is_published,
               t.description_ecommerce->>'en_US',
               (SELECT string_agg(r.product_public_category_id::text, ',')
                  FROM product_public_category_product_template_rel r
                 WHERE r.product_template_id = t.id),
               (SELECT sum(q.quantity) FROM stock_quant q WHERE q.product_id = p.id)
          FROM product_product p JOIN product_template t ON t.id = p.product_tmpl_id
         ORDER BY p.id
    ) TO STDOUT
"""


def main():
    header = [
        "products",
        "dump, rows/s",
        "feed, offers/s",
        "dump / feed",
        "again, offers/s",
        "more memory, MB",
    ]
    _odoo.table(header, ())
    for size in SIZES:
        with _odoo.environment("feed") as env:
            _print(compare(env, int(size)))


def _print(cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def compare(env, count):
    from odoo.addons.mindbox_connector.tests.feed.big_catalogue import make_products

    made = make_products(env, count)
    env.cr.commit()
    started = time.perf_counter()
    with gzip.open(io.BytesIO(), "wt", compresslevel=6) as packed:
        env.cr._obj.copy_expert(DUMP, packed)
    dump = made / (time.perf_counter() - started)
    endpoint = env["mindbox.endpoint"].search([], limit=1)
    website = env["website"].search([("company_id", "=", endpoint.company_id.id)])[:1]
    feed = env["mindbox.feed"].create(
        {"endpoint_id": endpoint.id, "website_id": website.id}
    )
    env.cr.commit()
    before = memory()
    first = build(env, feed)
    grown = memory() - before
    again = build(env, feed)
    return [
        f"{made:,}",
        f"{dump:,.0f}",
        f"{first:,.0f}",
        f"{dump / first:.1f}",
        f"{again:,.0f}",
        f"{grown:.0f}",
    ]


def build(env, feed):
    """Build the feed as jobs do, sitting after sitting; return offers a second."""
    started = time.perf_counter()
    with patch.object(type(feed), "_queue_build"):
        while True:
            feed._build()
            env.cr.commit()
            env.invalidate_all()
            if feed.build_ids[0].state != "building":
                break
    assert feed.build_ids[0].state == "done", feed.build_ids[0].error
    return feed.build_ids[0].offer_count / (time.perf_counter() - started)


def memory():
    """The most this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
