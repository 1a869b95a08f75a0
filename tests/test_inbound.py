"""What happens in Mindbox is known in Odoo, and nothing of it goes back."""

import os
import random

import pytest
import requests

from tests.listening import ENVIRON, ListeningShop

CHANNELS = {"email": "Email", "sms": "Sms"}
TOPICS = ("", "News")
CUSTOMERS = 12
# 2,000 on demand: a whole evening's newsletter.
CALLS = int(os.environ.get("MINDBOX_CALLS", "240"))
CHANNEL_CAPACITY = "root:3,root.mindbox:1,root.mindbox_import:1,root.mindbox_inbound:1"


@pytest.fixture
def shop(odoo_server, sandbox):
    server = odoo_server(workers=3, channels=CHANNEL_CAPACITY, environ=ENVIRON)
    sandbox.control("PUT", "settings", {"bulk_per_hour": 100_000})
    return ListeningShop(server, sandbox, files_per_hour=100_000)


def import_customers(shop, wait_until):
    run = {"endpoint_id": shop.endpoint_id, "kind": "customers"}
    run = shop.rpc("mindbox.import", "create", run)
    shop.rpc("mindbox.import", "action_start", [run])
    ended = [("id", "=", run), ("state", "=", "done")]
    wait_until(lambda: shop.rpc("mindbox.import", "search", ended), 120)
    wait_until(lambda: is_worked_off(shop), 60)


def make_customers(shop, count):
    values = [
        {"name": f"Subscriber {n}", "email": f"s{n}@example.com"} for n in range(count)
    ]
    return shop.rpc("res.partner", "create", values)


def subscribe(shop, partners):
    values = [{"partner_id": partner, "is_subscribed": True} for partner in partners]
    shop.rpc("mindbox.consent", "create", values)


def at_mindbox(shop, partner):
    """How Mindbox sees the e-mails of a customer."""
    customer = shop.sandbox.control("GET", f"customers/websiteID:{partner}")
    states = {
        (part["pointOfContact"], part["topic"]): part["state"]
        for part in customer["subscriptions"]
    }
    return states.get(("Email", ""))


def test_who_unsubscribes_in_mindbox_is_never_subscribed_again(shop, wait_until):
    """By the link in a mail; then the shop imports its whole history anew."""
    partners = make_customers(shop, 5)
    subscribe(shop, partners)
    wait_until(shop.settled, 60)
    assert {at_mindbox(shop, partner) for partner in partners} == {"subscribed"}
    before = len(shop.calls())
    gone, stay = partners[:2], partners[2:]
    for partner in gone:
        shop.decide(f"websiteID:{partner}")
    assert shop.delivered()["counts"]["taken"] == len(gone)
    wait_until(shop.has_applied, 60)
    consents = shop.consents(partners)
    assert {consents[partner, "email", ""] for partner in gone} == {(False, "mindbox")}
    assert {consents[partner, "email", ""][0] for partner in stay} == {True}
    # No echo: neither at once, nor by the comparison of the night.
    shop.rpc("mindbox.endpoint", "action_reconcile", [shop.endpoint_id])
    done = [("state", "=", "done"), ("endpoint_id", "=", shop.endpoint_id)]
    wait_until(lambda: shop.rpc("mindbox.reconciliation", "search", done), 60)
    missing = [("kind", "=", "consents"), ("problem", "in", ("missing", "state"))]
    assert not shop.rpc("mindbox.difference", "search_read", missing)
    wait_until(shop.settled, 60)
    assert len(shop.calls()) == before

    import_customers(shop, wait_until)
    assert {at_mindbox(shop, partner) for partner in gone} == {"unsubscribed"}
    assert {at_mindbox(shop, partner) for partner in stay} == {"subscribed"}


def is_worked_off(shop):
    jobs = shop.sandbox.control("GET", "imports?limit=1000")["imports"]
    return jobs and all(job["state"] == "done" for job in jobs)


class Model:
    """What should be known in the end: of each thing the newest word."""

    def __init__(self):
        self.known = {}

    def hear(self, place, moment, agreed):
        word = (moment, not agreed)
        self.known[place] = max(self.known.get(place, word), word)

    @property
    def state(self):
        return {place: not refused for place, (_at, refused) in self.known.items()}


def make_calls(partners, chance):
    """Return the calls of a busy hour, in the order of events, and their outcome."""
    model, bodies = Model(), []
    for number in range(CALLS):
        partner, channel = chance.choice(partners), chance.choice([*CHANNELS])
        topic, agreed = chance.choice(TOPICS), chance.random() < 0.5
        # One of twenty is of another day: it must not undo what came after it.
        day = 4 if chance.random() < 0.05 else 5
        moment = f"2026-03-0{day}T10:{number // 60:02}:{number % 60:02}.250Z"
        part = {"pointOfContact": CHANNELS[channel], "isSubscribed": agreed}
        body = {
            "kind": "consent",
            "occurredAt": moment,
            "customer": {"ids": {"websiteID": str(partner)}},
            "subscriptions": [part | ({"topic": topic} if topic else {})],
        }
        bodies.append(body)
        model.hear((partner, channel, topic), moment, agreed)
    return bodies, model.state


def test_shuffled_doubled_and_stale_calls_end_as_a_model_does(shop, wait_until):
    """And the server is killed between its answers and the work."""
    shop.rpc("mindbox.topic", "create", {"name": "News", "code": "News"})
    partners = make_customers(shop, CUSTOMERS)
    wait_until(shop.settled, 60)
    before = len(shop.calls())
    bodies, expected = make_calls(partners, random.Random(7))
    # Mindbox would repeat after minutes, for as long as a kill may take.
    shop.webhooks(doubled=0.2, shuffle_seconds=6, repeats=30, repeat_seconds=1)
    shop.told(*bodies[: CALLS // 2])
    wait_until(lambda: len(shop.heard()) > CALLS // 6, 30)
    shop.server.kill9()
    shop.server.start()
    shop.server.hurry()
    shop.told(*bodies[CALLS // 2 :])
    counts = shop.delivered(timeout=25)["counts"]
    wait_until(lambda: not shop.delivered()["on_the_way"], 60)
    wait_until(shop.has_applied, 60)
    counts = shop.delivered()["counts"]
    assert (counts["taken"], counts["refused"]) == (CALLS, 0), counts
    heard = shop.heard()
    assert len(heard) == CALLS
    assert {row["state"] for row in heard} == {"applied", "ignored"}
    known = {place: agreed for place, (agreed, _) in shop.consents(partners).items()}
    assert known == expected
    wait_until(shop.settled, 60)
    assert len(shop.calls()) == before
    check_answers(shop)


def check_answers(shop):
    """A repeat is answered in the words of the first time."""
    calls = shop.sandbox.control("GET", "webhooks/calls")["calls"]
    repeated = 0
    for call in calls:
        texts = [a["text"] for a in call["answers"] if a["status"] == 200]
        repeated += len(texts) > 1
        assert len(set(texts)) == 1
    assert repeated > CALLS / 10


def test_what_is_lost_is_lost_and_who_is_no_mindbox_is_not_heard(shop, wait_until):
    [partner] = make_customers(shop, 1)
    wait_until(shop.settled, 60)
    shop.webhooks(lost=1)
    shop.decide(f"websiteID:{partner}")
    assert shop.delivered()["counts"]["lost"] == 1
    shop.webhooks(lost=0, key="guess")
    shop.decide(f"websiteID:{partner}")
    assert shop.delivered()["counts"]["refused"] == 1
    assert not shop.heard()
    headers = {"Authorization": "WebHookSecretKey guess"}
    answers = [
        requests.post(shop.inbound_url, data="{}", headers=headers, timeout=30)
        for _guess in range(20)
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert not shop.heard()
