# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sends parcels from several threads, each customer's one after the other.

Pure Python: the threads never see the ORM or the database.
"""

import queue
import threading
import time
from collections import deque
from typing import Any, NamedTuple

from ...client import Call
from ...exceptions import (
    MindboxMisconfigured,
    MindboxMissing,
    MindboxUnavailable,
)
from .breakers import Breakers

# Attempts of a call about something Mindbox does not know, at most: two minutes; and
# half an hour for a card, which a file makes meanwhile.
MISSING_ATTEMPTS = 8
MISSING_CARD_ATTEMPTS = 14
# Seconds that a thread may still take to end: longer than any answer does.
JOIN_TIMEOUT = 70


class Parcel(NamedTuple):
    """A request row on its way: its ID, its lane and what goes over the wire.

    ``fresh``: this run is the first to let the body leave, and no other one that was
    killed can have sent it. ``missing_attempts``: how many of the attempts were about
    something that Mindbox did not know, and no failures.
    """

    id: int
    lane: str
    attempts: int
    call: Call
    fresh: bool = False
    missing_attempts: int = 0

    @property
    def failures(self):
        """How many attempts have failed before: Mindbox, or the way there."""
        return self.attempts - self.missing_attempts

    @property
    def calls(self):
        """How often it was called, perhaps, once it is answered.

        A delivery that was killed has told of no attempt.
        """
        return max(self.attempts + 1, 1 if self.fresh else 2)


class Outcome(NamedTuple):
    """What became of a parcel: an answer, an error, or neither (never tried)."""

    parcel: Parcel
    answer: Any = None
    error: Exception = None

    @property
    def tried(self):
        return self.answer is not None or self.error is not None

    @property
    def comes_again(self):
        """Whether the call is to be tried again, since its cause may pass."""
        if isinstance(self.error, MindboxMissing):
            most = get_missing_attempts(self.error.reason)
            return self.parcel.missing_attempts + 1 < most
        return isinstance(self.error, MindboxUnavailable | MindboxMisconfigured)


def get_missing_attempts(reason):
    """Return how often a call is tried about what Mindbox does not know."""
    is_card = reason.details.get("entity") == "discountCard"
    return MISSING_CARD_ATTEMPTS if is_card else MISSING_ATTEMPTS


class Pace:
    """Gives out starting times, so that no minute sees more than ``rate`` calls.

    :param int rate: calls a minute
    :param float delay: seconds before the first call, left over from the last run
    """

    def __init__(self, rate, delay=0):
        self._interval = 60 / rate
        self._next = time.monotonic() + delay
        self._lock = threading.Lock()

    @property
    def delay(self):
        """Seconds until the next call may start."""
        return max(0.0, self._next - time.monotonic())

    def wait(self, stopped):
        """Sleep until it is the caller's turn; False when ``stopped`` came first.

        One thread sleeps, the others queue behind it: a stopped one uses up no turn.
        """
        with self._lock:
            delay = self._next - time.monotonic()
            if stopped.wait(delay) if delay > 0 else stopped.is_set():
                return False
            self._next = time.monotonic() + self._interval
            return True

    def grant(self, count):
        """So many more calls are about to ask for their turns."""


class SharedPace(Pace):
    """The same where several deliveries take turns, a batch of them at a time.

    :param reserve: callable that takes a number of turns and the seconds from one to
        the next, and returns the seconds until the first one
    """

    def __init__(self, rate, reserve):
        super().__init__(rate)
        self._reserve = reserve
        self._turns = deque()

    def grant(self, count):
        """Take turns for so many calls."""
        if count:
            start = time.monotonic() + self._reserve(count, self._interval)
            self._turns.extend(start + n * self._interval for n in range(count))
            self._next = start + count * self._interval

    def wait(self, stopped):
        """Sleep until the next turn; False when ``stopped`` came first."""
        with self._lock:
            turn = self._turns.popleft() if self._turns else self._next
            delay = turn - time.monotonic()
            return not (stopped.wait(delay) if delay > 0 else stopped.is_set())


class Lanes:
    """A pool of threads that take parcels lane by lane.

    A lane with a call that comes again is closed: what follows in it comes back
    untried, so that a customer's calls never overtake each other. So is one that is
    shut, whose customer wants to be forgotten. What is out of order is judged by the
    breakers: an open one gives back untried what comes by it.

    :param send: callable that takes a :class:`Call`; returns or raises
    :param int width: number of threads
    :param Pace pace: when calls may start
    :param may_send: callable that says, before each call, whether one may leave still
    :param Breakers breakers: what is known of the operations before the first call
    """

    def __init__(self, send, width, pace, may_send=lambda: True, breakers=None):
        self._send = send
        self._pace = pace
        self._may_send = may_send
        self._lanes = {}
        self._closed = set()
        self._sending = set()
        self._abandoned = False
        self._ready = queue.SimpleQueue()
        self._outcomes = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self.breakers = breakers or Breakers()
        self.outstanding = 0
        self._threads = [
            threading.Thread(target=self._work, name="mindbox-lane", daemon=True)
            for _number in range(width)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def stopped(self):
        """Whether sending has ended for good."""
        return self._stopped.is_set()

    @property
    def failure(self):
        """The last failure, None if something has come through since."""
        return self.breakers.whole.failure

    @property
    def failing(self):
        """Whether nothing has come through since the last failure."""
        return self.failure is not None

    @property
    def probing(self):
        """Whether an outage is on, as far as anybody knows."""
        return self.breakers.whole.probing

    def put(self, parcels):
        """Add parcels, in order, at the end of their lanes."""
        for parcel in parcels:
            self.outstanding += 1
            with self._lock:
                lane = self._lanes.get(parcel.lane)
                if lane is not None:
                    lane.append(parcel)
                elif parcel.lane in self._closed:
                    self._outcomes.put(Outcome(parcel))
                else:
                    self._lanes[parcel.lane] = deque([parcel])
                    self._ready.put(parcel.lane)

    @property
    def closed(self):
        """The lanes that take nothing more in this run."""
        with self._lock:
            return list(self._closed)

    def shut(self, key):
        """Close a lane: a call on its way ends, what follows comes back untried."""
        with self._lock:
            self._closed.add(key)

    def take(self, timeout):
        """Return the outcomes so far; wait for the first one up to ``timeout`` s."""
        outcomes = []
        try:
            outcomes.append(self._outcomes.get(timeout=timeout))
            while True:
                outcomes.append(self._outcomes.get_nowait())
        except queue.Empty:
            self.outstanding -= len(outcomes)
            return outcomes

    def stop(self):
        """Let calls on their way end; all else comes back untried."""
        self._stopped.set()

    def abandon(self):
        """Wait no longer: what is still on its way comes back as unanswered.

        For answers that trickle in, which no timeout of a socket ends.
        """
        self.stop()
        with self._lock:
            self._abandoned = True
            for key, lane in self._lanes.items():
                if key in self._sending:
                    error = MindboxUnavailable("timeout")
                    self._put_outcome(Outcome(lane.popleft(), error=error))
                for parcel in lane:
                    self._put_outcome(Outcome(parcel))
            self._lanes.clear()

    def close(self):
        """End the threads; wait for those that still have a call on its way."""
        self.stop()
        for _thread in self._threads:
            self._ready.put(None)
        deadline = time.monotonic() + (0 if self._abandoned else JOIN_TIMEOUT)
        for thread in self._threads:
            thread.join(max(0, deadline - time.monotonic()))

    def _work(self):
        while (key := self._ready.get()) is not None:
            with self._lock:
                if self._abandoned:
                    continue
                if key in self._closed:
                    self._empty(key)
                    continue
                parcel = self._lanes[key][0]
                self._sending.add(key)
            outcome = self._try(parcel)
            with self._lock:
                self._sending.discard(key)
                if not self._abandoned:
                    self._advance(key, outcome)

    def _try(self, parcel):
        if not (self._passes(parcel) and self._pace.wait(self._stopped)):
            return Outcome(parcel)
        if not self._passes(parcel):
            # While it waited for its turn.
            return Outcome(parcel)
        if not self._may_send():
            self.stop()
            return Outcome(parcel)
        try:
            return Outcome(parcel, answer=self._send(parcel.call))
        except Exception as error:
            # Whatever it is, it belongs to this parcel and must not end the thread.
            return Outcome(parcel, error=error)

    def _passes(self, parcel):
        return self.breakers.lets_pass(parcel.call.operation)

    def _advance(self, key, outcome):
        lane = self._lanes[key]
        lane.popleft()
        self._put_outcome(outcome)
        if self.stopped or outcome.comes_again or not outcome.tried:
            self._closed.add(key)
        if not lane or key in self._closed:
            self._empty(key)
        else:
            self._ready.put(key)

    def _empty(self, key):
        """Give back untried what is left in a lane."""
        for parcel in self._lanes.pop(key):
            self._put_outcome(Outcome(parcel))

    def _put_outcome(self, outcome):
        self.breakers.judge(outcome)
        if self.breakers.whole.is_open:
            self._stopped.set()
        self._outcomes.put(outcome)
