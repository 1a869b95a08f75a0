# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Circuit breakers of one run: what is out of order, an operation or everything.

Pure Python, for the threads that send. What fails by one operation holds that one; only
when calls of several fail, and none gets through, all of them are.
"""

from collections import defaultdict
from typing import NamedTuple

from ...exceptions import (
    MindboxMisconfigured,
    MindboxRejected,
    MindboxThrottled,
    MindboxUnavailable,
)

# Failures in a row after which no further call needs to find out.
FAILURES_TO_OPEN = 3
# Attempts of a call from which on its failure proves nothing: the fault may be its own.
OFTEN = 5


class Gate(NamedTuple):
    """By which operations rows may leave now.

    * ``held``: names of those by which none may
    * ``probed``: of those by which a single one may
    * ``untried``: whether, if possible, it is one of a customer without failures
    """

    held: frozenset = frozenset()
    probed: frozenset = frozenset()
    untried: bool = False


class Breaker:
    """What is known of one operation, or of all together.

    * ``is_open``: no further call leaves in this run
    * ``probing``: it was open before, so that one failure proves that it still is
    * ``failure``: the last one, None if something has come through since
    * ``proven``: whether a failure since then came from a call without a past
    """

    def __init__(self, is_open=False, probing=False):
        self.is_open = is_open
        self.probing = probing
        self.failure = None
        self.proven = False
        self.recovered = False
        self._failures = 0

    def fail(self, error, attempts):
        """Count a failure, unless the call has failed before while others got through.

        :param int attempts: of the call, before
        """
        self.failure = error
        if not attempts or self.probing and attempts < OFTEN:
            self._failures += 1
            self.proven = True

    @property
    def has_tripped(self):
        return self.proven and (self.probing or self._failures >= FAILURES_TO_OPEN)

    def succeed(self):
        """Something came through; who is asked to slow down is not told otherwise."""
        if isinstance(self.failure, MindboxThrottled):
            return
        self.failure = None
        self.probing = self.proven = False
        self.recovered = True
        self._failures = 0


class Breakers:
    """The breakers of all operations, and the one of the integration point.

    :param held: names of the operations that are held for now
    :param failing: names of those that were, and are to be probed
    :param bool probing: an outage is on, as far as anybody knows
    """

    def __init__(self, held=(), failing=(), probing=False):
        self.whole = Breaker(probing=probing)
        self._operations = defaultdict(Breaker)
        self._operations.update((name, Breaker(probing=True)) for name in failing)
        self._operations.update((name, Breaker(is_open=True)) for name in held)
        # Operations that have failed since anything has come through.
        self.failing = set()

    def lets_pass(self, operation):
        return not self._operations[operation].is_open

    def get_gate(self, on_their_way):
        """Return what may leave beside the calls that are on their way.

        :param on_their_way: names of their operations
        """
        probed = self.find(lambda breaker: breaker.probing and not breaker.is_open)
        held = self.find(lambda breaker: breaker.is_open)
        busy = probed.keys() & set(on_their_way)
        return Gate(
            frozenset(held.keys() | busy),
            frozenset(probed.keys() - busy),
            self.whole.probing,
        )

    def find(self, matches):
        """Return {name: breaker} of the operations whose breakers match."""
        found = list(self._operations.items())
        return {name: breaker for name, breaker in found if matches(breaker)}

    def judge(self, outcome):
        """Take in what became of a call."""
        operation = self._operations[outcome.parcel.call.operation]
        if isinstance(outcome.error, MindboxMisconfigured):
            self.whole.is_open = True
        elif isinstance(outcome.error, MindboxUnavailable):
            self._fail(operation, outcome)
        elif outcome.answer is not None or isinstance(outcome.error, MindboxRejected):
            operation.succeed()
            self.whole.failure = None
            self.whole.succeed()
            self.failing.clear()

    def _fail(self, operation, outcome):
        error, parcel = outcome.error, outcome.parcel
        for breaker in (operation, self.whole):
            breaker.fail(error, parcel.failures)
        if operation.proven:
            self.failing.add(parcel.call.operation)
        if operation.has_tripped or isinstance(error, MindboxThrottled):
            operation.is_open = True
        if self.whole.has_tripped:
            self.whole.is_open |= self.whole.probing or len(self.failing) > 1
