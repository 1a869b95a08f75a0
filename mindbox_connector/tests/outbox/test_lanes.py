# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Threads that send: order per customer, and nothing lost, whatever is answered."""

import threading
import time
from collections import defaultdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests.common import BaseCase

from ...client import Call
from ...exceptions import (
    MindboxMisconfigured,
    MindboxRejected,
    MindboxThrottled,
    MindboxUnavailable,
)
from ...models.outbox.lanes import Lanes, Pace, Parcel

FAST = 10**9
ERRORS = {
    "unavailable": lambda: MindboxUnavailable("out_of_order"),
    "throttled": lambda: MindboxThrottled("throttled", retry_after=1),
    "misconfigured": lambda: MindboxMisconfigured("key_refused"),
    "rejected": lambda: MindboxRejected("refused"),
    "bug": lambda: ZeroDivisionError(),
}
# Mostly good answers, so that a run gets far.
SCRIPT = st.sampled_from(["ok", "ok", "ok", "rejected", "bug", "unavailable"])
ANY_SCRIPT = st.sampled_from(["ok", "ok", "ok", "ok", *ERRORS])
LANE = st.sampled_from("abcd")


def make_parcel(number, lane):
    return Parcel(number, lane, 0, Call("async", "Op", str(number), "{}"))


class Sender:
    """Answers by a script, and remembers what left in which order."""

    def __init__(self, script):
        self.script = script
        self.sent = []
        self.moments = []
        self._lock = threading.Lock()

    def __call__(self, call):
        with self._lock:
            self.sent.append(int(call.transaction_id))
            self.moments.append(time.monotonic())
        word = self.script[int(call.transaction_id) % len(self.script)]
        if word != "ok":
            raise ERRORS[word]()
        return word


def run(parcels, send, width=3, chunk=None, rate=FAST):
    """Send all parcels and return the outcomes in the order they came back."""
    lanes = Lanes(send, width, Pace(rate))
    outcomes = []
    try:
        chunk = chunk or len(parcels) or 1
        for start in range(0, len(parcels), chunk):
            lanes.put(parcels[start : start + chunk])
            outcomes += lanes.take(timeout=0)
        while lanes.outstanding:
            outcomes += lanes.take(timeout=5)
    finally:
        lanes.close()
    return lanes, outcomes


class TestLanes(BaseCase):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        lanes=st.lists(LANE, max_size=40),
        script=st.lists(ANY_SCRIPT, min_size=1, max_size=40),
        width=st.integers(1, 6),
        chunk=st.integers(1, 40),
    )
    def test_every_parcel_comes_back_once_and_in_the_order_of_its_lane(
        self, lanes, script, width, chunk
    ):
        parcels = [make_parcel(number, lane) for number, lane in enumerate(lanes)]
        send = Sender(script)
        _lanes, outcomes = run(parcels, send, width, chunk)
        back = [outcome.parcel.id for outcome in outcomes]
        self.assertEqual(sorted(back), list(range(len(parcels))))
        self.assertEqual(len(send.sent), len(set(send.sent)), "sent twice")
        by_lane = defaultdict(list)
        for number in send.sent:
            by_lane[lanes[number]].append(number)
        for sent in by_lane.values():
            self.assertEqual(sent, sorted(sent), "overtaken")
        self._check_what_was_tried(lanes, send, outcomes)

    def _check_what_was_tried(self, lanes, send, outcomes):
        tried = {outcome.parcel.id for outcome in outcomes if outcome.tried}
        self.assertEqual(tried, set(send.sent))
        for lane in set(lanes):
            numbers = [number for number, of in enumerate(lanes) if of == lane]
            gone = [number in tried for number in numbers]
            self.assertEqual(gone, sorted(gone, reverse=True), "a gap in a lane")

    @settings(max_examples=30, deadline=None)
    @given(script=st.lists(SCRIPT, min_size=3, max_size=12))
    def test_a_lane_ends_at_its_first_unavailable_answer(self, script):
        parcels = [make_parcel(number, "a") for number in range(len(script))]
        send = Sender(script)
        lanes, _outcomes = run(parcels, send)
        expected = len(script)
        if "unavailable" in script:
            expected = script.index("unavailable") + 1
            self.assertEqual(lanes.closed, ["a"])
        self.assertEqual(len(send.sent), expected)

    def test_one_bad_lane_does_not_stop_the_others(self):
        parcels = [make_parcel(n, "bad" if n == 0 else f"l{n}") for n in range(50)]
        send = Sender(["unavailable"] + ["ok"] * 49)
        lanes, outcomes = run(parcels, send)
        self.assertEqual(sum(outcome.answer == "ok" for outcome in outcomes), 49)
        self.assertFalse(lanes.failing)
        self.assertFalse(lanes.stopped and lanes.failure)

    def test_a_few_failures_in_a_row_are_enough(self):
        parcels = [make_parcel(number, f"l{number}") for number in range(100)]
        send = Sender(["unavailable"])
        lanes, _outcomes = run(parcels, send, width=2)
        self.assertLessEqual(len(send.sent), 4)
        self.assertTrue(lanes.failing)

    def test_one_throttling_or_wrong_key_is_enough(self):
        for word in ("throttled", "misconfigured"):
            parcels = [make_parcel(number, f"l{number}") for number in range(100)]
            send = Sender([word])
            run(parcels, send, width=2)
            self.assertLessEqual(len(send.sent), 2, word)

    def test_what_is_put_after_the_end_comes_back_untried(self):
        lanes = Lanes(Sender(["misconfigured"]), 1, Pace(FAST))
        lanes.put([make_parcel(0, "a")])
        lanes.take(timeout=5)
        lanes.put([make_parcel(1, "a"), make_parcel(2, "b")])
        outcomes = lanes.take(timeout=5) + lanes.take(timeout=0.2)
        self.assertEqual([outcome.tried for outcome in outcomes], [False, False])
        lanes.close()

    def test_an_answer_that_never_ends_is_given_up(self):
        begun, ever, waited_for = threading.Event(), threading.Event(), []
        self.addCleanup(ever.set)

        def send(call):
            if call.transaction_id == "0":
                begun.set()
                if not ever.wait(60):
                    waited_for.append(call)
            return "ok"

        lanes = Lanes(send, 2, Pace(FAST))
        lanes.put([make_parcel(0, "a"), make_parcel(1, "a"), make_parcel(2, "b")])
        self.assertTrue(begun.wait(60))
        outcomes = lanes.take(timeout=60)
        lanes.abandon()
        outcomes = {o.parcel.id: o for o in outcomes + lanes.take(timeout=60)}
        lanes.close()
        self.assertFalse(waited_for)
        self.assertEqual(set(outcomes), {0, 1, 2})
        self.assertIsInstance(outcomes[0].error, MindboxUnavailable)
        self.assertFalse(outcomes[1].tried)
        self.assertEqual(outcomes[2].answer, "ok")
        ever.set()
        for thread in lanes._threads:
            thread.join()
        self.assertFalse(lanes.take(timeout=0), "came back twice")

    def test_closing_waits_for_what_is_on_its_way(self):
        begun = threading.Event()

        def send(_call):
            begun.set()
            return "ok" if lanes._stopped.wait(60) else None

        lanes = Lanes(send, 1, Pace(FAST))
        lanes.put([make_parcel(0, "a"), make_parcel(1, "a")])
        self.assertTrue(begun.wait(60))
        lanes.close()
        outcomes = lanes.take(timeout=0)
        self.assertEqual([outcome.tried for outcome in outcomes], [True, False])


class TestPace(BaseCase):
    def test_no_window_sees_more_than_the_rate(self):
        rate = 6000  # one in 10 ms
        send = Sender(["ok"])
        parcels = [make_parcel(number, f"l{number}") for number in range(40)]
        run(parcels, send, width=8, rate=rate)
        gaps = [b - a for a, b in zip(send.moments, send.moments[1:], strict=False)]
        # Threads stamp a little after their turn: the sum is what counts.
        self.assertGreaterEqual(send.moments[-1] - send.moments[0], 39 * 0.01 * 0.98)
        self.assertGreater(sum(gap > 0.005 for gap in gaps), 30)

    def test_what_is_stopped_uses_up_no_turn(self):
        pace = Pace(60)
        lanes = Lanes(Sender(["misconfigured"]), 8, pace)
        lanes.put([make_parcel(number, f"l{number}") for number in range(100)])
        while lanes.outstanding:
            lanes.take(timeout=5)
        lanes.close()
        self.assertLessEqual(pace.delay, 1)

    def test_the_last_run_is_remembered(self):
        stopped = threading.Event()
        pace = Pace(FAST, delay=0.2)
        started = time.monotonic()
        self.assertTrue(pace.wait(stopped))
        self.assertGreaterEqual(time.monotonic() - started, 0.19)

    def test_stopping_ends_the_wait_for_a_turn(self):
        stopped = threading.Event()
        pace = Pace(1, delay=60)
        threading.Timer(0.1, stopped.set).start()
        self.assertFalse(pace.wait(stopped), "waited for its turn")
