"""The product feed over HTTP: served whole, whatever happens, to who knows the address.

A real server with workers and the job runner; the feed is built by a job.
"""

import gzip
import xml.etree.ElementTree as ElementTree

import requests


def make_feed(server):
    endpoint = server.rpc("mindbox.endpoint", "search", [], limit=1)
    server.rpc("mindbox.endpoint", "action_set_up_feeds", endpoint)
    (feed,) = server.rpc(
        "mindbox.feed", "search", [("endpoint_id", "in", endpoint)], limit=1
    )
    return feed


def read(server, feed, *names):
    return server.rpc("mindbox.feed", "read", [feed], list(names))[0]


def address(server, feed):
    """The feed's path on this server, whatever host its website has."""
    return f"{server.url}/mindbox/feed/{read(server, feed, 'token')['token']}.xml"


def built(server, feed):
    return lambda: read(server, feed, "built_at")["built_at"]


def test_a_feed_is_built_by_a_job_and_served_to_who_knows_the_address(
    odoo_server, wait_until
):
    server = odoo_server(workers=2)
    feed = make_feed(server)
    url = address(server, feed)
    wait_until(built(server, feed), seconds=90)
    answer = requests.get(url, timeout=30, allow_redirects=False)
    assert answer.status_code == 200, "no redirect, whatever languages the shop has"
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert answer.headers["Content-Encoding"] == "gzip"
    root = ElementTree.fromstring(answer.content)
    offers = {offer.get("id"): offer for offer in root.iter("offer")}
    assert len(offers) == read(server, feed, "offer_count")["offer_count"]
    published = server.rpc(
        "product.product",
        "search",
        [("is_published", "=", True), ("sale_ok", "=", True)],
    )
    assert {str(product) for product in published} <= set(offers)

    # As a file, without compression, its head, and not again when nothing is new.
    packed = requests.get(url + ".gz", timeout=30)
    assert packed.headers["Content-Type"] == "application/x-gzip"
    assert gzip.decompress(packed.content) == answer.content
    plain = requests.get(url, headers={"Accept-Encoding": "identity"}, timeout=30)
    assert plain.content == answer.content
    head = requests.head(url, timeout=30)
    assert head.status_code == 200 and not head.content
    etag = {"If-None-Match": answer.headers["ETag"]}
    assert requests.get(url, headers=etag, timeout=30).status_code == 304

    check_guesses_find_nothing(server, url.rsplit("/", 1)[1].removesuffix(".xml"))

    # One of the old addresses, and one in the log.
    server.rpc("mindbox.feed", "action_rotate_token", [feed])
    assert requests.get(url, timeout=30).status_code == 404
    assert requests.get(address(server, feed), timeout=30).status_code == 200
    token = url.rsplit("/", 1)[1].removesuffix(".xml")
    assert token not in server.log()


def check_guesses_find_nothing(server, token):
    guesses = [
        f"{token}x",
        token[:-1],
        token.swapcase(),
        f"{token[:-1]}_",
        "%",
        "_" * 32,
    ]
    guesses += ["false", "None", "null", "0", "%25", "..", "%00", f"{token}%00", " "]
    for guess in guesses:
        for end in (".xml", ".xml.gz"):
            url = f"{server.url}/mindbox/feed/{guess}{end}"
            assert requests.get(url, timeout=30).status_code == 404, guess


def test_a_killed_build_leaves_the_old_feed_whole_and_is_gone_on_with(
    odoo_server, wait_until
):
    server = odoo_server(workers=2)
    feed = make_feed(server)
    url = address(server, feed)
    wait_until(built(server, feed), seconds=90)
    before, first = requests.get(url, timeout=30).content, served(server, feed)
    server.rpc("mindbox.feed", "action_build", [feed])
    for _kill in range(3):
        wait_until(lambda: is_at_work(server) or served(server, feed) != first, 60)
        server.kill9_workers()
        server.hurry()
        # Whoever reads meanwhile gets one feed or the other, never half of one.
        answer = wait_until(lambda: get_whole(url), seconds=30)
        assert len(answer) >= len(before) // 2
    wait_until(lambda: served(server, feed) != first, seconds=120)
    ElementTree.fromstring(requests.get(url, timeout=30).content)


def served(server, feed):
    return read(server, feed, "current_build_id")["current_build_id"]


def is_at_work(server):
    job = [("model_name", "=", "mindbox.feed"), ("state", "=", "started")]
    return server.rpc("queue.job", "search_count", job)


def get_whole(url):
    try:
        answer = requests.get(url, timeout=10)
    except requests.ConnectionError:
        return None
    ElementTree.fromstring(answer.content)
    return answer.content
