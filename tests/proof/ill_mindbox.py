"""Mindbox is ill: away, slow, flapping, or not to be reached."""

import time

from .relay import make_certificates
from .verdict import BALANCE, busiest, moment
from .weather import CALM, SCENARIOS, go_through, scenario
from .world import LOGS

# Seconds until calls leave again after a week, and until an alert is taken back.
LONG_RECOVERY = 300
ALERT_ENDS = 30


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
    watch(there)
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
    known = {"held"} <= set(kinds) <= {"held", "stuck"}
    once = len(kinds) == len(set(kinds)) and known
    there.result.expect(once, f"alerts for one outage: {kinds}")
    activity = [
        ("res_model", "=", "mindbox.endpoint"),
        ("res_id", "=", there.endpoint_id),
    ]
    watch(there)
    began = time.time()
    while left := there.rpc("mail.activity", "search_count", activity):
        if time.time() > began + ALERT_ENDS:
            break
        time.sleep(1)
    there.result.expect(not left, "an activity is still there after the recovery")
    there.result.notes.append(f"one alert each: {', '.join(kinds)}")


def watch(there):
    """Look at the alerts, as is done every five minutes: time is compressed here."""
    cron = [("cron_name", "like", "watch the integration points")]
    there.rpc("ir.cron", "method_direct_trigger", there.rpc("ir.cron", "search", cron))


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
    "firewall": ("A firewall's page of HTML with a 4xx", "firewall"),
    "black_hole": ("Connections that are never answered", "black_hole"),
    "refused": ("Nobody listens", "refused"),
}
for _name, (_title, _kind) in PLAIN_FAULTS.items():
    SCENARIOS[_name] = _title, switch_on(_kind, 20), {}


@scenario("Information before the answers: 103, 102; and refusals between")
def early_hints(there, short):
    """An answer that is taken for that of another call would hide a refusal."""

    def hint(seconds):
        there.sandbox.fault(kind="503", share=0.1)
        there.sandbox.fault(kind="early_hints")
        for _turn in range(4):
            time.sleep(seconds / 4)
            # A person presses Start: many calls meet the refusals.
            there.start()

    go_through(there, hint, 10 if short else 20)


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
            held = wait_for_hold(there, "throttled")
            there.result.expect(
                wanted - 3 <= held <= wanted + 2, f"{value}: held for {held:.0f} s"
            )
            there.sandbox.heal()
            # A person who knows better presses Start.
            there.start()
            time.sleep(1)

    go_through(there, throttle, 20)


def wait_for_hold(there, code, seconds=30):
    """Wait until the integration point is held; return for how long, in seconds.

    :param str code: of the reason
    """
    deadline = time.time() + seconds
    while time.time() < deadline:
        values = there.query(
            "SELECT EXTRACT(EPOCH FROM held_until - now() at time zone 'UTC')"
            " FROM mindbox_endpoint WHERE id = %s AND hold_reason_code = %s",
            there.endpoint_id,
            code,
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
