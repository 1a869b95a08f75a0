"""What goes wrong while customers shop: each scenario is one function of a world.

A scenario hurts something while events come in, lets it heal, waits for the backlog to
drain, and judges. Times are compressed: a minute of the real thing is seconds here.
"""

import os
import random
import threading
import time

import postgres

from tests.shop import KEY

from .clock import ServerClock
from .relay import make_certificates
from .world import BALANCE, LOGS, busiest, moment, world

SCENARIOS = {}
WEEK = 7 * 24 * 3600
SHORT_RECOVERY = 10
LONG_RECOVERY = 300
ALERT_ENDS = 30
CALM = 5


def scenario(title, **options):
    """Register a scenario; options as of :class:`World`."""

    def register(hurt):
        SCENARIOS[hurt.__name__] = title, hurt, options
        return hurt

    return register


def run(name, result, short=False):
    """Run a registered scenario from a fresh database to the verdict."""
    title, hurt, options = SCENARIOS[name]
    with world(result, **options) as there:
        end = there.watch()
        try:
            hurt(there, short)
        finally:
            there.over.set()
            end()


def go_through(there, hurt, seconds, recovery=SHORT_RECOVERY, rate=3.0):
    """Hurt while customers shop, heal, drain, judge; return the calls."""
    end = there.live_beside(10 * seconds, lambda _share: rate)
    time.sleep(1)
    hurt(seconds)
    end()
    healed = there.heal()
    there.remember_calm(CALM)
    there.result.drained_in = there.settle() + time.time() - healed - CALM
    calls = there.judge(healed)
    first = there.result.first_after
    there.result.expect_within(recovery, first, "the first row left after the end")
    return calls


# -- Mindbox is ill ------------------------------------------------------------


@scenario("A week without Mindbox, day and night", rate_limit=3000)
def week(there, short):
    seconds = 10 if short else 42
    there.sandbox.fault(kind="503")

    def day_and_night(share):
        # The trade of a night is a tenth of that of an evening.
        hour = share * 7 % 1
        return 0.7 + 6.3 * max(0, 1 - abs(hour - 0.75) * 4)

    end = there.live_beside(seconds, day_and_night)
    time.sleep(seconds / 2)
    consents = decide(there, there.partners[:20])
    time.sleep(seconds / 2)
    end()
    pretend_a_week_has_passed(there)
    healed = there.heal()
    wait_for_first_call(there, healed)
    there.remember_calm(CALM)
    there.result.drained_in = there.settle() + time.time() - healed - CALM
    calls = there.judge(healed)
    there.result.expect_within(LONG_RECOVERY, there.result.first_after, "recovery took")
    check_consents_first(there, calls, healed, len(consents))
    check_pace(there, [call for call in calls if moment(call) > healed], 3000)
    check_alert_ends(there)


def check_alert_ends(there):
    """Each trouble calls for the responsible person once, and its end takes it back.

    An outage may be two: Mindbox does not answer, and decisions of customers wait.
    """
    alert = [("endpoint_id", "=", there.endpoint_id)]
    alerts = there.rpc("mindbox.alert", "search_read", alert, ["kind"])
    kinds = sorted(alert["kind"] for alert in alerts)
    once = len(kinds) == len(set(kinds)) and set(kinds) <= {"held", "stuck"}
    there.result.expect(once, f"alerts for one outage: {kinds}")
    activity = [
        ("res_model", "=", "mindbox.endpoint"),
        ("res_id", "=", there.endpoint_id),
    ]
    # Watched every five minutes; time is compressed here.
    watch = [("cron_name", "like", "watch the integration points")]
    there.rpc("ir.cron", "method_direct_trigger", there.rpc("ir.cron", "search", watch))
    began = time.time()
    while left := there.rpc("mail.activity", "search_count", activity):
        if time.time() > began + ALERT_ENDS:
            break
        time.sleep(1)
    there.result.expect(not left, "an activity is still there after the recovery")
    there.result.notes.append(f"one alert each: {', '.join(kinds)}")


def decide(there, partners):
    """Consents given while Mindbox is away."""
    values = [
        {"partner_id": p, "channel": "email", "is_subscribed": True} for p in partners
    ]
    return there.rpc("mindbox.consent", "create", values)


def pretend_a_week_has_passed(there):
    """Move all that has happened back by a week, and the outage's beginning, too."""
    there.query(
        "UPDATE mindbox_request SET occurred_at = occurred_at - interval '7 days',"
        " next_attempt_at = next_attempt_at - interval '7 days', attempts = CASE WHEN"
        " attempts > 0 THEN 40 ELSE 0 END WHERE state = 'pending'"
    )
    there.query(
        "UPDATE mindbox_endpoint SET failing_since = failing_since - interval '7 days'"
        " WHERE id = %s",
        there.endpoint_id,
    )
    # One more probe, which finds it still gone, after a week.
    before = there.get("failures")
    deadline = time.time() + 30
    while there.get("failures") <= before and time.time() < deadline:
        time.sleep(0.5)
    held = there.query(
        "SELECT EXTRACT(EPOCH FROM held_until - now() at time zone 'UTC')"
        " FROM mindbox_endpoint WHERE id = %s",
        there.endpoint_id,
    )[0][0]
    there.result.notes.append(f"held for {float(held or 0):.0f} s after a week")


def wait_for_first_call(there, healed):
    before = there.sandbox.state()["last"]
    while (
        there.sandbox.state()["last"] == before and time.time() < healed + LONG_RECOVERY
    ):
        time.sleep(0.2)


def check_consents_first(there, calls, healed, count):
    """Decisions go before all else; only what probes the line may come earlier."""
    after = [c for c in calls if moment(c) > healed and c["effect"]]
    places = [n for n, c in enumerate(after) if c["operation"] != BALANCE]
    there.result.expect(len(places) >= count, "not all consents arrived")
    late = places and max(places[:count]) > count + 16
    there.result.expect(not late, f"a consent was number {max(places, default=0)}")


def check_pace(there, calls, limit):
    minute, second = busiest(calls, 60), busiest(calls, 1)
    there.result.expect(minute <= limit * 1.02, f"{minute} calls in a minute")
    there.result.expect(second <= limit / 60 * 1.5 + 8, f"{second} calls in a second")
    there.result.notes.append(
        f"at most {second} calls a second, {minute} a minute, where {limit} are allowed"
    )


@scenario("Flapping every minute")
def flapping(there, short):
    def flap(seconds):
        for number in range(seconds):
            if number % 4 == 0:
                there.sandbox.fault(kind="503")
            elif number % 4 == 2:
                there.sandbox.heal()
            time.sleep(1)

    go_through(there, flap, 12 if short else 30)


@scenario("20 seconds an answer", concurrency=16)
def slow(there, short):
    def crawl(seconds):
        there.sandbox.fault(kind="slow", seconds=20)
        time.sleep(seconds)

    # An answer that is on its way when the slowness ends still takes its time.
    go_through(there, crawl, 45, rate=1.0, recovery=21)


def switch_on(kind, seconds, **fault):
    """Return a scenario that is nothing but a fault of the sandbox for a while."""

    def hurt(there, short):
        def wait(length):
            there.sandbox.fault(kind=kind, **fault)
            time.sleep(length)

        go_through(there, wait, seconds)

    return hurt


PLAIN_FAULTS = {
    "lost_answers": ("The effect is there, the answer gets lost", "lost_answer"),
    "html": ("A page of HTML with status 200", "html"),
    "black_hole": ("Connections that are never answered", "black_hole"),
    "refused": ("Nobody listens", "refused"),
}
for _name, (_title, _kind) in PLAIN_FAULTS.items():
    SCENARIOS[_name] = _title, switch_on(_kind, 20), {}


@scenario("Half-open connections: a firewall has forgotten them", timeout=8)
def half_open(there, short):
    def forget(seconds):
        there.relay.silent = True
        time.sleep(seconds)

    go_through(there, forget, 20)


@scenario("429 with Retry-After as seconds, a date, absurd, negative, words")
def throttled(there, short):
    answers = {"3": 3, "date:4": 4, "99999999": 300, "-5": 120, "soon": 120}

    def throttle(seconds):
        for value, wanted in answers.items():
            there.sandbox.fault(kind="429", retry_after=value)
            held = wait_for_hold(there, "429")
            there.result.expect(
                wanted - 3 <= held <= wanted + 2, f"{value}: held for {held:.0f} s"
            )
            there.sandbox.heal()
            # A person who knows better presses Start.
            there.start()
            time.sleep(1)

    go_through(there, throttle, 20)


def wait_for_hold(there, reason, seconds=30):
    """Wait until the integration point is held; return for how long, in seconds."""
    deadline = time.time() + seconds
    while time.time() < deadline:
        values = there.query(
            "SELECT EXTRACT(EPOCH FROM held_until - now() at time zone 'UTC')"
            " FROM mindbox_endpoint WHERE id = %s AND hold_reason LIKE %s",
            there.endpoint_id,
            f"%{reason}%",
        )
        if values and values[0][0]:
            return float(values[0][0])
        time.sleep(0.1)
    return 0.0


@scenario("The key is rotated in the middle")
def key_rotated(there, short):
    def rotate(seconds):
        there.sandbox.control("PUT", "endpoints", {"demo.Website": ["new-key"]})
        deadline = time.time() + 30
        while there.get("state") != "paused" and time.time() < deadline:
            time.sleep(0.3)
        there.result.expect(there.get("state") == "paused", "not paused")
        there.result.expect(len(there.get("activity_ids")) == 1, "not one activity")
        time.sleep(3)
        there.set(secret_key="new-key")
        there.start()

    go_through(there, rotate, 20)


@scenario("DNS is gone")
def dns_gone(there, short):
    def lose(seconds):
        there.set(url="https://mindbox.invalid")
        time.sleep(seconds)
        there.set(url=there.relay.url)

    go_through(there, lose, 15)


TRUSTED = LOGS / "trusted.pem"


@scenario("The TLS certificate expires", environ={"REQUESTS_CA_BUNDLE": str(TRUSTED)})
def tls_expired(there, short):
    files = make_certificates(LOGS)
    TRUSTED.write_text("".join(path.read_text() for path in files.values()))
    there.relay.certificate = files["valid"]
    there.set(url=there.relay.tls_url)
    there.remember_calm(2)
    there.settle()

    def expire(seconds):
        there.relay.certificate = files["expired"]
        # Kept-alive connections outlive the certificate they began with.
        there.server.kill9_workers()
        time.sleep(seconds)
        reason = there.get("hold_reason") or ""
        there.result.expect("TLS" in reason, f"held because of: {reason}")
        there.relay.certificate = files["valid"]

    go_through(there, expire, 15)


# -- The shop itself is ill ---------------------------------------------------


@scenario("Workers killed with -9 at random")
def workers_killed(there, short):
    dice = random.Random(19)

    def kill(seconds):
        there.sandbox.fault(latency=200)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            time.sleep(dice.uniform(1, 4))
            dice.choice(there.server.workers() or [Nobody]).kill()
        there.sandbox.fault(latency=0)

    go_through(there, kill, 12 if short else 25)


class Nobody:
    """All workers are dead already."""

    @staticmethod
    def kill():
        pass


@scenario("The whole server killed with -9")
def server_killed(there, short):
    def kill(seconds):
        for _turn in range(1 if short else 2):
            there.sandbox.fault(latency=200)
            time.sleep(3)
            there.server.kill9()
            time.sleep(2)
            there.server.start()

    go_through(there, kill, 15, recovery=30)


@scenario("PostgreSQL restarted")
def postgres_restarted(there, short):
    cluster = postgres.dev_cluster()
    if os.environ.get("PGHOST") != cluster.environ()["PGHOST"]:
        skip(there, "the database server is the machine's own")
        return

    def restart(seconds):
        there.sandbox.fault(latency=100)
        for _turn in range(2):
            time.sleep(3)
            cluster.stop()
            time.sleep(2)
            cluster.start()
            # Odoo ends where a new worker finds no database: its service starts again.
            for _second in range(5):
                time.sleep(1)
                there.server.revive()

    # queue_job's runner waits 5 s after a lost connection, and 10 s for dead jobs.
    go_through(there, restart, 15, recovery=40)


@scenario("queue_job's runner killed with -9")
def runner_killed(there, short):
    def kill(seconds):
        for _turn in range(4):
            time.sleep(3)
            there.server.kill9_workers("WorkerJobRunner")

    go_through(there, kill, 15)


@scenario("The database's disk full", small=True)
def disk_full(there, short):
    """What cannot be recorded is refused as a whole: no change without its event."""
    if not there.disk:
        skip(there, "a disk of its own needs root and the embedded PostgreSQL")
        return

    def fill(seconds):
        there.disk.fill()
        time.sleep(seconds)
        there.disk.free()

    go_through(there, fill, 20)


def skip(there, reason):
    there.result.notes.append(f"not run: {reason}")
    there.result.skipped = True


@scenario("The server's clock moved by an hour, both ways")
def clock_moved(there, short):
    clock = ServerClock(there)

    def move(seconds):
        for hours in (1, 0, -1, 0):
            there.sandbox.fault(kind="503", times=3)
            clock.move(hours)
            time.sleep(seconds / 4)

    go_through(there, move, 20)


@scenario("Two servers on one database, one of them killed", nodes=2, workers=2)
def two_nodes(there, short):
    def kill(seconds):
        there.sandbox.fault(latency=100)
        time.sleep(seconds / 3)
        there.servers[1].kill9()
        time.sleep(seconds / 3)
        there.servers[1].start()
        time.sleep(seconds / 3)
        there.sandbox.fault(latency=0)

    go_through(there, kill, 15)


# -- Rows that are not like the others ----------------------------------------


@scenario("One integration point down, another healthy")
def one_down(there, short):
    other = connect_second(there)
    there.sandbox.fault(kind="black_hole", endpoint="demo.Website")
    end = there.live_beside(60)
    time.sleep(3)
    arrived = []
    for number in range(10):
        began = time.time()
        insert_facts(there, 1, endpoint=other, lane=f"second-{number}")
        wait_for_call(there, "second.Website", number + 1)
        arrived.append(time.time() - began)
    end()
    there.result.notes.append(
        f"the healthy one delivered within {max(arrived):.1f} s all the time"
    )
    there.result.expect_within(10, max(arrived), "the healthy one took")
    healed = there.heal()
    there.remember_calm(CALM)
    there.result.drained_in = there.settle() + time.time() - healed - CALM
    there.judge(healed)


def connect_second(there):
    keys = {"demo.Website": [KEY], "second.Website": [KEY]}
    there.sandbox.control("PUT", "endpoints", keys)
    company = there.rpc("res.company", "create", {"name": "Second"})
    values = {"name": "Second", "company_id": company, "url": there.relay.url}
    values |= {"endpoint_code": "second.Website", "secret_key": KEY}
    endpoint = there.rpc("mindbox.endpoint", "create", values)
    there.rpc("mindbox.endpoint", "action_start", [endpoint])
    return endpoint


def wait_for_call(there, endpoint, count, seconds=60):
    deadline = time.time() + seconds
    while time.time() < deadline:
        if len(there.sandbox.calls(endpoint_id=endpoint, limit=1000)["calls"]) >= count:
            return
        time.sleep(0.05)


def insert_facts(there, count, endpoint=None, lane="rejected", event="product_view"):
    """Put facts into the outbox that have a body already, and kick the delivery."""
    endpoint = endpoint or there.endpoint_id
    there.query(
        """
        INSERT INTO mindbox_request (
            endpoint_id, operation_id, event, mode, res_model, res_id, customer_key,
            transaction_id, occurred_at, next_attempt_at, priority, state, attempts,
            payload)
        SELECT endpoint_id, id, event, 'async', 'product.product', 1, %s || number,
               gen_random_uuid(), now() at time zone 'UTC', now() at time zone 'UTC',
               priority, 'pending', 0,
               '{"viewProduct": {"product": {"ids": {"website": "1"}}}}'
          FROM mindbox_operation, generate_series(1, %s) number
         WHERE endpoint_id = %s AND event = %s
        """,
        lane,
        count,
        endpoint,
        event,
    )
    there.rpc("mindbox.endpoint", "action_start", [endpoint])


@scenario("A thousand rejected rows at the head")
def rejected_head(there, short):
    there.sandbox.fault(kind="400", operation="Website.ViewProduct")

    def rejected():
        statement = "SELECT count(*) FROM mindbox_request WHERE state = 'rejected'"
        return there.query(statement)[0][0]

    def insert(seconds):
        insert_facts(there, 1000)
        deadline = time.monotonic() + 3 * seconds
        while rejected() < 1000 and time.monotonic() < deadline:
            time.sleep(0.3)

    go_through(there, insert, 10)
    there.result.expect(rejected() == 1000, f"{rejected()} rejected")


@scenario("A poison body that always fails")
def poison(there, short):
    there.sandbox.fault(kind="500", operation="Website.ViewProduct")
    insert_facts(there, 1)
    there.remember_calm(10 if short else 20)
    deadline = time.time() + 60
    while there.waiting() > 1 and time.time() < deadline:
        time.sleep(0.3)
    there.result.expect(there.waiting() == 1, "others wait behind the poison")
    healed = there.heal()
    there.start()
    there.result.drained_in = there.settle() + time.time() - healed
    there.judge()


@scenario("A burst of 100 times the normal rate")
def burst(there, short):
    there.remember_calm(3)
    threads = [
        threading.Thread(
            target=lambda group=group: [
                there.add_points(group) for _n in range(10 if short else 40)
            ]
        )
        for group in there.cards
    ]
    before, began = set(there.acknowledged), time.time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.time() - began
    there.calm += [event for event in there.acknowledged if event not in before]
    there.result.drained_in = there.settle()
    there.judge()
    events = len(there.calm)
    # 200,000 events a day are 2.3 a second.
    there.result.notes.append(f"{events / took:.0f} events a second for {took:.0f} s")
