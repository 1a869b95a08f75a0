"""Segments with real servers: they arrive in the sandbox, and survive `kill -9`."""

import psycopg2
import pytest

from tests.shop import Shop

COLUMNS = "partner_id, segment_id, order_count, amount, r_score, segment_since"


@pytest.fixture
def shop(odoo_server, sandbox):
    return Shop(odoo_server(workers=2), sandbox)


@pytest.fixture
def connect(shop):
    """Look into the shop's database beside Odoo."""
    made = []

    def connect():
        made.append(psycopg2.connect(dbname=shop.server.database))
        return made[-1]

    yield connect
    for connection in made:
        connection.close()


def get_scheme(shop):
    [scheme] = shop.rpc("rfm.scheme", "search", [("state", "=", "active")])
    return scheme


def know_customers(shop, wait_until):
    """Let Mindbox know some customers of the demo data: others are not told of."""
    known = [("rfm_segment_id", "!=", False), ("email", "like", "@example.com")]
    ids = shop.rpc("res.partner", "search", known, limit=40)
    for number, partner_id in enumerate(ids):
        phone = f"+7 900 100-{number:02}-00"
        shop.rpc("res.partner", "write", [partner_id], {"phone": phone})
    wait_until(shop.settled, 60)
    shop.sandbox.settle()
    return ids


def run(shop, wait_until, scheme):
    action = shop.rpc("rfm.scheme", "action_compute", [scheme])

    def finished():
        [log] = shop.rpc("rfm.run", "read", [action["res_id"]], ["state", "changed"])
        return log if log["state"] in ("done", "failed") else None

    return wait_until(finished, 60)


def segments_in_mindbox(shop):
    """{customer: segment} of the RFM segmentation, as the sandbox has it."""
    found = {}
    for row in shop.sandbox.control("GET", "customers?limit=1000")["customers"]:
        customer = shop.sandbox.control("GET", f"customers/{row['id']}")
        own_id = customer["ids"].get("websiteID")
        found[own_id] = (customer.get("segments") or {}).get("RFM")
    return found


def test_segments_arrive(shop, wait_until):
    ids = know_customers(shop, wait_until)
    scheme = get_scheme(shop)
    shop.rpc("rfm.scheme", "action_send_all", [scheme])
    wait_until(shop.settled, 60)
    codes = read_codes(shop, ids)
    wait_until(lambda: matches(shop, codes), 20)

    # One customer moves: only that one is told.
    partner_id = next(i for i in ids if codes[i] and codes[i] != "champions")
    for _number in range(9):
        make_order(shop, partner_id)
    assert run(shop, wait_until, scheme)["changed"]
    wait_until(shop.settled, 60)
    [*_others, row] = shop.rows("payload", domain=[("event", "=", "segment_set")])
    assert f"{partner_id};RFM;{read_codes(shop, ids)[partner_id]}" in row["payload"]
    wait_until(lambda: matches(shop, read_codes(shop, ids)), 20)

    # Nothing has changed: nothing is written, nothing is sent.
    before = len(shop.calls())
    assert run(shop, wait_until, scheme)["changed"] == 0
    wait_until(shop.settled, 60)
    assert len(shop.calls()) == before


def read_codes(shop, ids):
    rows = shop.rpc("res.partner", "read", ids, ["rfm_segment_id"])
    segments = shop.rpc("rfm.segment", "search_read", [], ["code"])
    code = {segment["id"]: segment["code"] for segment in segments}
    return {r["id"]: r["rfm_segment_id"] and code[r["rfm_segment_id"][0]] for r in rows}


def matches(shop, codes):
    found = segments_in_mindbox(shop)
    return all(found.get(str(key)) == (code or None) for key, code in codes.items())


def make_order(shop, partner_id):
    [product] = shop.rpc(
        "product.product", "search", [("type", "=", "service")], limit=1
    )
    line = {"product_id": product, "price_unit": 300}
    order = shop.rpc(
        "sale.order",
        "create",
        [{"partner_id": partner_id, "order_line": [(0, 0, line)]}],
    )
    shop.rpc("sale.order", "action_confirm", order)


def test_killed_in_the_middle_the_old_segments_stay_whole(shop, connect, wait_until):
    scheme = get_scheme(shop)
    run(shop, wait_until, scheme)
    look = connect()
    before = read_profiles(look)
    partner_id = before[0][0]
    for _number in range(9):
        make_order(shop, partner_id)

    # The run has written other profiles, and cannot write this one: it is killed there.
    obstacle = connect()
    obstacle.cursor().execute(
        "SELECT id FROM rfm_profile WHERE partner_id = %s FOR UPDATE", [partner_id]
    )
    action = shop.rpc("rfm.scheme", "action_compute", [scheme])
    [backend] = wait_until(lambda: blocked_by(look, obstacle), 30)
    shop.server.kill9()
    obstacle.rollback()
    wait_until(lambda: backend not in backends(look), 30)
    assert read_profiles(look) == before

    # queue_job starts the job again with the server; the run completes.
    shop.server.hurry()
    shop.server.start()

    def done():
        [log] = shop.rpc("rfm.run", "read", [action["res_id"]], ["state"])
        return log["state"] == "done"

    wait_until(done, 90)
    assert read_profiles(look) != before
    assert run(shop, wait_until, scheme)["changed"] == 0


def read_profiles(connection):
    cursor = connection.cursor()
    cursor.execute(f"SELECT {COLUMNS} FROM rfm_profile ORDER BY partner_id")
    rows = cursor.fetchall()
    connection.rollback()
    return rows


def blocked_by(connection, obstacle):
    """Return the backends that wait for what a connection has locked."""
    return backends(connection, "%s = ANY(pg_blocking_pids(pid))", obstacle)


def backends(connection, condition="TRUE", *others):
    cursor = connection.cursor()
    pids = [other.get_backend_pid() for other in others]
    cursor.execute(f"SELECT pid FROM pg_stat_activity WHERE {condition}", pids)
    rows = cursor.fetchall()
    connection.rollback()
    return [pid for (pid,) in rows]
