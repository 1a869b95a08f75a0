"""Whatever happens to Mindbox: the shop goes on, and everything arrives in the end."""

import time

import pytest

from tests.storefront import Storefront

PATIENCE = 60
# The first page of a cold worker takes seconds, and on a busy machine many: what counts
# is that the shopper does not wait for an answer of Mindbox, which comes after more.
TIMEOUT = 20
QUICK = TIMEOUT - 1
# Each is switched on at the sandbox, but for those that are a wrong address.
FAULTS = ("503", "500", "429", "html", "reset", "black_hole", "refused", "dns", "tls")
TRIED = [("state", "=", "pending"), ("attempts", ">", 0)]
# A delivery that is at work, or about to be.
AT_WORK = [
    ("model_name", "=", "mindbox.endpoint"),
    ("state", "in", ("pending", "enqueued", "started")),
]


@pytest.fixture
def shop(odoo_server, sandbox):
    return Storefront(odoo_server(workers=3), sandbox, timeout=TIMEOUT)


def break_mindbox(shop, kind):
    if kind == "dns":
        shop.set(url="https://mindbox.invalid")
    elif kind == "tls":
        shop.set(url=shop.sandbox.api_url.replace("http:", "https:"))
    elif kind == "429":
        shop.sandbox.fault(kind=kind, retry_after=2)
    else:
        shop.sandbox.fault(kind=kind)


def mend_mindbox(shop):
    shop.sandbox.heal()
    shop.set(url=shop.sandbox.api_url)


def check_no_connection(shop):
    """Paused, no job can send: a connection now could only be the visitor's."""
    shop.pause()
    shopper = shop.visitor().do_everything()
    assert shopper.slowest < QUICK
    events = {row["event"] for row in shop.rows("event")}
    assert {"customer_register", "cart_set", "order_create", "order_update"} <= events
    assert {row["state"] for row in shop.rows()} == {"pending"}
    state = shop.sandbox.state()["counts"]
    assert state["calls"] == state["in_flight"] == 0
    shop.start()


def test_every_outage_passes_without_loss(shop, wait_until):
    check_no_connection(shop)
    for kind in FAULTS:
        break_mindbox(shop, kind)
        shopper = shop.visitor().do_everything()
        assert shopper.slowest < QUICK, f"{kind}: the shopper had to wait"
        # A hold may be over when the answer to this question comes; the row stays.
        wait_until(lambda: shop.rows(domain=TRIED), TIMEOUT + 10)
        assert all(row["reason"] for row in shop.rows("reason", domain=TRIED)), kind
        mend_mindbox(shop)
        mended = time.monotonic()
        wait_until(shop.settled, PATIENCE)
        print(f"{kind}: settled {time.monotonic() - mended:.1f} s after the end")
        shop.check_arrived()
    check_first_comes_soon(shop, wait_until)
    check_wrong_key(shop, wait_until)
    check_rejected_row(shop, wait_until)
    check_newer_state(shop, wait_until)


def check_first_comes_soon(shop, wait_until):
    """After a longer outage, too, the first waiting row leaves by itself."""
    shop.sandbox.fault(kind="503")
    shop.customer()
    wait_until(lambda: shop.rows(domain=[("attempts", ">", 3)]), 60)
    before = len(shop.calls())
    shop.sandbox.heal()
    wait_until(lambda: len(shop.calls()) > before, 30)
    wait_until(shop.settled, PATIENCE)


def check_wrong_key(shop, wait_until):
    shop.sandbox.fault(kind="401")
    shopper = shop.visitor().do_everything()
    assert shopper.slowest < QUICK
    wait_until(lambda: shop.get("state") == "paused", 15)
    assert len(shop.get("activity_ids")) == 1
    before = len(shop.calls())
    shop.customer()
    wait_until(lambda: not shop.rpc("queue.job", "search_count", AT_WORK), 30)
    assert len(shop.calls()) == before, "sent although paused"
    shop.sandbox.heal()
    shop.start()
    wait_until(shop.settled, PATIENCE)
    assert not shop.get("activity_ids")
    shop.check_arrived()


def check_rejected_row(shop, wait_until):
    """One row that Mindbox rejects does not delay others."""
    shop.sandbox.fault(kind="400", operation="Website.SetCart")
    newest = shop.rows()[-1]["id"]
    shop.visitor().do_everything()
    wait_until(shop.settled, PATIENCE)
    rejected = shop.rows("error", "event", domain=[("state", "=", "rejected")])
    assert {row["event"] for row in rejected} == {"cart_set"}
    assert all("Fault 400" in row["error"] for row in rejected)
    mine = shop.rows("attempts", domain=[("id", ">", newest), ("state", "=", "sent")])
    assert {row["attempts"] for row in mine} == {1}
    assert not shop.get("failures") and not shop.get("held_until")
    shop.sandbox.heal()
    shop.rpc("mindbox.request", "action_resend", [row["id"] for row in rejected])
    wait_until(shop.settled, PATIENCE)


def has_left(shop, before):
    """Whether a call is on its way, or has come after so many others."""
    counts = shop.sandbox.state()["counts"]
    return counts["in_flight"] or counts["calls"] > before


def check_newer_state(shop, wait_until):
    """A change while its body is on the way goes out again, and comes last."""
    shopper = shop.customer()
    wait_until(shop.settled, PATIENCE)
    shop.sandbox.fault(kind="slow", seconds=1, operation="Website.EditCustomer")
    for number in range(4):
        before = len(shop.calls())
        partner = [shopper.partner_id], {"name": f"State {number}"}
        shop.rpc("res.partner", "write", *partner)
        wait_until(lambda before=before: has_left(shop, before), 30)
    shop.sandbox.heal()
    wait_until(shop.settled, PATIENCE)
    states = [
        call["body"]["customer"]["fullName"]
        for call in shop.calls(operation="Website.EditCustomer")
        if call["body"]["customer"].get("fullName", "").startswith("State ")
    ]
    assert states[-1] == "State 3"
    assert states == sorted(states), "an older state followed"
