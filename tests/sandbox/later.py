"""Asynchronous calls are executed later: each after its own delay, not as they came.

The n-th accepted call has always the same delay for a seed, so a run can be repeated.
"""

import asyncio
import random
import time
from heapq import heappop, heappush
from itertools import count

# Seconds of work before other calls get their turn.
SLICE = 0.004


class Later:
    """The accepted calls that wait, by the moment of their execution."""

    def __init__(self, project, execute):
        self.project, self.execute = project, execute
        self.timer = None
        self.reset()

    def reset(self):
        """Forget what waits, and begin the delays anew."""
        self.stop()
        self.heap = []
        self.number = count()
        self.seed = self.project.settings["seed"]
        self.chance = random.Random(self.seed)

    def stop(self):
        if self.timer is not None:
            self.timer.cancel()
        self.timer = None

    @property
    def waiting(self):
        return len(self.heap)

    def add(self, call, operation, body):
        if self.seed != self.project.settings["seed"]:
            self.seed = self.project.settings["seed"]
            self.chance.seed(self.seed)
        due = time.monotonic() + self.chance.uniform(
            *self.project.settings["async_seconds"]
        )
        heappush(self.heap, (due, next(self.number), call, operation, body))
        if self.heap[0][0] == due:
            self.wake_at(due)

    def wake_at(self, due):
        self.stop()
        self.timer = asyncio.get_running_loop().call_at(due, self.work)

    def work(self):
        """Execute what is due, a few milliseconds at a time."""
        self.timer = None
        pause = time.monotonic() + SLICE
        while self.heap and self.heap[0][0] <= (now := time.monotonic()) < pause:
            self.execute_next()
        if self.heap:
            self.wake_at(max(self.heap[0][0], now))

    def execute_next(self):
        _due, _number, call, operation, body = heappop(self.heap)
        self.execute(call, operation, body)

    async def settle(self, timeout=30, at_once=False):
        """Wait until nothing waits; `at_once` does not wait for the delays either."""
        deadline = time.monotonic() + timeout
        while self.heap and time.monotonic() < deadline:
            if at_once:
                self.execute_next()
            await asyncio.sleep(0 if at_once else 0.01)
        return not self.heap
