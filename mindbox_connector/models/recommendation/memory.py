# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Answers that are kept for a while, in the memory of this process."""

import threading
import time
from collections import OrderedDict

MAX_KEPT = 20_000


class Memory:
    """Keeps what was found for some seconds; the longest unused goes first.

    :param float seconds: how long an answer is good
    """

    def __init__(self, seconds, most=MAX_KEPT):
        self.seconds, self.most = seconds, most
        self.hits = self.misses = 0
        self._kept = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key):
        """Return what is kept for a key, None if nothing is any more."""
        with self._lock:
            until, value = self._kept.get(key, (0, None))
            if until < time.monotonic():
                self._kept.pop(key, None)
                self.misses += 1
                return None
            self._kept.move_to_end(key)
            self.hits += 1
            return value

    def keep(self, key, value):
        """Keep an answer; return it."""
        with self._lock:
            self._kept[key] = (time.monotonic() + self.seconds, value)
            self._kept.move_to_end(key)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return value

    def get(self, key, make):
        """Return what is kept for a key, else what the function makes now."""
        value = self.find(key)
        return self.keep(key, make()) if value is None else value

    def clear(self):
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self.hits = self.misses = 0
