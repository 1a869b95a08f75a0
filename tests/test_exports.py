"""What webhooks lose is found in the exports of the night, and mended.

The sandbox serves the exports as their pages have them; what follows is judged by what
Odoo knows then, by what arrives at the sandbox, and by what does not.
"""

import random

import databases
import pytest

from tests import outcomes
from tests.listening import ENVIRON, ListeningShop
from tests.segments import Scheme, in_segmentation
from tests.test_inbound import (
    CHANNEL_CAPACITY,
    at_mindbox,
    import_customers,
    make_customers,
    subscribe,
)

OPERATIONS = {
    "log_export_operation": outcomes.EXPORT,
    "customers_export_operation": "Website.ExportCustomers",
    "segments_export_operation": "Website.ExportSegments",
    "mailings_export_operation": "Website.ExportActions",
    "merges_export_operation": "Website.ExportMerges",
}
CUSTOMERS = 200
# Seconds: what comes beside the start of a job is found by the sweep of each minute.
APPLIED = 130


@pytest.fixture
def shop(odoo_server, sandbox):
    server = odoo_server(workers=3, channels=CHANNEL_CAPACITY, environ=ENVIRON)
    settings = {"bulk_per_hour": 100_000, "export_seconds": 1}
    sandbox.control("PUT", "settings", settings)
    return ListeningShop(server, sandbox, files_per_hour=100_000, **OPERATIONS)


def pass_the_night(shop, wait_until):
    """Ask for all that is asked for each night, and have it applied."""
    shop.rpc("mindbox.endpoint", "action_ask_for_changes", [shop.endpoint_id])
    wait_until(lambda: not outcomes.exports(shop, outcomes.NOT_OVER), 120, every=0.5)
    states = {row["state"] for row in outcomes.exports(shop)}
    assert states == {"done"}, outcomes.exports(shop)
    wait_until(shop.has_applied, APPLIED)


@pytest.mark.parametrize("lost", [0.03, 1])
def test_what_webhooks_lose_is_there_after_the_night(shop, wait_until, lost):
    partners = make_customers(shop, CUSTOMERS)
    subscribe(shop, partners)
    wait_until(shop.settled, 120)
    outcomes.ask(shop, wait_until)
    before = len(shop.calls())
    shop.webhooks(lost=lost, doubled=0.1)
    chance = random.Random(11)
    decided = {partner: chance.random() < 0.3 for partner in partners}
    for partner, subscribed in decided.items():
        if chance.random() < 0.2:
            # Some change their minds.
            shop.decide(f"websiteID:{partner}", not subscribed)
        shop.decide(f"websiteID:{partner}", subscribed)
    counts = shop.delivered()["counts"]
    assert counts["lost"] > 0
    wait_until(shop.has_applied, APPLIED)
    known = consents(shop, partners)
    assert {p: agreed for p, (agreed, _source) in known.items()} != decided

    pass_the_night(shop, wait_until)
    known = consents(shop, partners)
    assert {p: agreed for p, (agreed, _source) in known.items()} == decided
    assert "mindbox_export" in {source for _agreed, source in known.values()}
    wait_until(shop.settled, 60)
    told = [c for c in shop.calls()[before:] if "Export" not in c["operation"]]
    assert not told

    import_customers(shop, wait_until)
    states = {True: "subscribed", False: "unsubscribed"}
    assert {p: at_mindbox(shop, p) for p in partners} == {
        p: states[agreed] for p, agreed in decided.items()
    }


def consents(shop, partners):
    known = shop.consents(partners)
    return {p: known[p, "email", ""] for p in partners if (p, "email", "") in known}


def test_segments_that_differ_are_found_and_mended_by_one_click(shop, wait_until):
    scheme = Scheme(shop, wait_until)
    scheme.set(mindbox_way="bulk", mindbox_segmentation="RFM")
    scheme.customers += [scheme.make_customer(number) for number in (3, 4)]
    wait_until(shop.settled, 60)
    wrong, gone, strange, extra, right = scheme.customers
    for customer in (wrong, gone, right):
        scheme.order(customer, 3)
    scheme.leave(extra)
    scheme.run()
    look = in_segmentation("RFM")
    expected = ["vip", "vip", "rest", None, "vip"]
    assert scheme.at_mindbox(look) == expected
    make_old(shop)

    faults = {wrong: "fresh", gone: None, strange: "gold", extra: "vip"}
    seed(shop, "RFM", faults)
    pass_the_night(shop, wait_until)
    differing = [("kind", "=", "segments"), ("state", "=", "open")]
    names = ["res_id", "problem"]

    def find():
        return shop.rpc("mindbox.difference", "search_read", differing, names)

    found = wait_until(find, 60)
    assert {row["res_id"] for row in found} == set(faults)
    assert {row["problem"] for row in found} == {"state"}
    before = len(shop.sandbox.control("GET", "imports?limit=1000")["imports"])
    shop.rpc("mindbox.difference", "action_send", [row["id"] for row in found])
    wait_until(lambda: scheme.at_mindbox(look) == expected, 60)
    imports = shop.sandbox.control("GET", "imports?limit=1000")["imports"]
    # Nothing but the difference has left.
    assert len(imports) == before + 1
    assert imports[0]["rows"] == len(faults)


def seed(shop, segmentation, segments):
    happenings = [
        {
            "customer": f"websiteID:{customer}",
            "segmentation": segmentation,
            "segment": segment,
        }
        for customer, segment in segments.items()
    ]
    shop.sandbox.control("POST", "happenings/segments", happenings)


def make_old(shop):
    """Let it be long ago that Mindbox was told of segments."""
    databases.query(
        "UPDATE mindbox_ledger SET acknowledged_at = acknowledged_at"
        " - interval '2 hours' WHERE kind = 'segments'",
        database=shop.server.database,
    )


def test_mailings_are_known_with_the_customer(shop, wait_until):
    reader, bounced = make_customers(shop, 2)
    wait_until(shop.settled, 60)
    happenings = [
        {"customer": f"websiteID:{reader}", "action": "MailingSend"},
        {"customer": f"websiteID:{reader}", "action": "MailingClick"},
        {
            "customer": f"websiteID:{bounced}",
            "action": "MailingNotDelivered",
            "reason": "EmailNonExistingAddress",
        },
    ]
    shop.sandbox.control("POST", "happenings/mailings", happenings)
    pass_the_night(shop, wait_until)
    clicked = [("mindbox_engagement_ids.clicked_at", ">=", "today -30d")]
    ours = [("id", "in", [reader, bounced])]
    assert shop.rpc("res.partner", "search", [*ours, *clicked]) == [reader]
    invalid = [("mindbox_email_state", "=", "invalid")]
    assert shop.rpc("res.partner", "search", [*ours, *invalid]) == [bounced]
