# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mindbox asked while somebody waits: a budget, a few at once, and a circuit breaker.

Without the ORM: calls run in threads of their own, since looking up a name in the
network knows no timeout. Who asks goes on when the budget is spent.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError

from ...exceptions import MindboxError, MindboxRejected

# Seconds that a visitor waits for Mindbox, at most.
BUDGET = 0.3
# Calls on their way at once, in this process.
MAX_AT_ONCE = 8
# Failures in a row after which nobody is made to wait any more, ...
FAILURES_TO_OPEN = 5
# ... and seconds until one visitor tries again.
OPEN_SECONDS = 30


class Gateway:
    """Asks one integration point; safe to share between threads."""

    def __init__(self):
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(MAX_AT_ONCE)
        self._threads = ThreadPoolExecutor(MAX_AT_ONCE, "mindbox-recommendation")
        self._client = None
        self._failures = 0
        self._probe_at = 0

    def ask(self, client, call):
        """Return the content of Mindbox's answer, None where there is none in time.

        :param MindboxClient client: as the settings are now; connections are kept as
            long as they stay
        """
        is_probe = self.is_open
        if is_probe and not self._may_probe():
            return None
        if not self._slots.acquire(blocking=False):
            return None
        future = self._threads.submit(self._send, self._get_client(client), call)
        if is_probe:
            # Nobody waits for what has failed before.
            future.add_done_callback(lambda done: self._count(done.result()[1]))
            return None
        try:
            content, is_in_time = future.result(BUDGET)
        except FutureTimeoutError:
            content, is_in_time = None, False
        self._count(is_in_time)
        return content

    @property
    def is_open(self):
        """Whether the breaker is open: nobody waits for an answer."""
        return self._failures >= FAILURES_TO_OPEN

    def _get_client(self, client):
        with self._lock:
            if not self._client or self._client.identity != client.identity:
                self._client = client
            return self._client

    def _send(self, client, call):
        """Return the content of the answer and whether Mindbox has answered in time."""
        started = time.monotonic()
        content, has_answered = None, True
        try:
            content = client.send(call).content
        except MindboxError as error:
            # A refusal is an answer, though one without products.
            has_answered = isinstance(error, MindboxRejected)
        finally:
            self._slots.release()
        return content, has_answered and time.monotonic() - started < BUDGET

    def _may_probe(self):
        with self._lock:
            now = time.monotonic()
            if now < self._probe_at:
                return False
            self._probe_at = now + OPEN_SECONDS
            return True

    def _count(self, is_in_time):
        with self._lock:
            self._failures = 0 if is_in_time else self._failures + 1
            if not is_in_time:
                self._probe_at = time.monotonic() + OPEN_SECONDS
