# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Mindbox gets to know of the products: the feed, and their IDs."""

from contextlib import closing
from urllib.parse import urlsplit

import requests
from lxml import etree

from odoo.fields import Domain

from ...labels import get_labels
from ..endpoint.address import is_inner, is_local
from .server_words import Found

# Seconds to wait for a connection, and for a piece of the answer.
PATIENCE = 10
# Bytes of a feed that are read: the whole of most, the beginning of the others.
READ_BYTES = 20_000_000
PIECE_BYTES = 65_536
ROOT_TAG = "yml_catalog"


def find_feed(endpoint):
    """Is each feed built, reached at its address, and readable?"""
    if not endpoint.feed_ids:
        yield Found("no_feed")
    for feed in endpoint.feed_ids:
        yield _judge(feed)


def _judge(feed):
    values = {"website": feed.website_id.name, "health": feed.health}
    if feed.health_level == "bad":
        return Found("feed_bad", values)
    if not feed.current_build_id:
        return Found("feed_waits", values)
    host = urlsplit(feed.url).hostname or ""
    if _is_out_of_reach(host) and not is_local(urlsplit(feed.endpoint_id.url).hostname):
        return Found("feed_local", values | {"host": host})
    code, kind = _fetch(feed.url)
    if code == "feed" and feed.health_level == "note":
        return Found("feed_waits", values)
    return Found(code, values | {"kind": kind, "offers": feed.offer_count})


def _is_out_of_reach(host):
    return is_local(host) or is_inner(host)


def _fetch(url):
    """Return (what is found at the address of a feed, the kind of failure)."""
    parser = etree.XMLPullParser(("start",), resolve_entities=False, no_network=True)
    try:
        with closing(requests.get(url, stream=True, timeout=PATIENCE)) as answer:
            if answer.status_code != 200:
                return "feed_unreachable", answer.status_code
            is_whole = _read(answer, parser)
        root = parser.close() if is_whole else next(parser.read_events())[1]
    except (requests.RequestException, OSError) as error:
        # Its words would name the address, which is a secret.
        return "feed_unreachable", type(error).__name__
    except (etree.XMLSyntaxError, StopIteration):
        return "feed_unreadable", ""
    return ("feed" if root.tag == ROOT_TAG else "feed_unreadable"), ""


def _read(answer, parser):
    """Hand an answer to a parser; return whether that was all of it."""
    size = 0
    for piece in answer.iter_content(PIECE_BYTES):
        parser.feed(piece)
        size += len(piece)
        if size > READ_BYTES:
            return False
    return True


def find_products(endpoint):
    """Has each product that is for sale an ID, and one of its own?"""
    reference = endpoint.product_ref
    if reference == "id":
        return
    products = endpoint.env["product.product"]
    label = get_labels(endpoint, "product_ref")[reference]
    companies = [False, endpoint.company_id.id]
    domain = Domain("sale_ok", "=", True) & Domain("company_id", "in", companies)
    without = domain & Domain(reference, "in", (False, ""))
    if count := products.search_count(without):
        values = {"reference": label, "count": count}
        yield Found("product_without_ref", values)
    known = domain & Domain(reference, "not in", (False, ""))
    having = [("__count", ">", 1)]
    if shared := products._read_group(known, [reference], having=having):
        yield Found("product_same_ref", {"reference": label, "count": len(shared)})
