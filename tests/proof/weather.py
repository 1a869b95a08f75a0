"""What goes wrong while customers shop: each scenario is one function of a world.

A scenario hurts something while events come in, lets it heal, waits for the backlog to
drain, and judges. Times are compressed: a minute of the real thing is seconds here.
The scenarios stand in modules of their own: `ill_mindbox`, `ill_shop`, `odd_rows` and
`masses`.
"""

import time

from .verdict import percentile
from .world import world

SCENARIOS = {}
SHORT_RECOVERY = 10
CALM = 5
# Seconds in which what happens after the trouble has arrived, whatever still waits.
LIVE = 60


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
    p95 = percentile(there.result.latencies, 0.95)
    there.result.expect_within(LIVE, p95, "95 of 100 live events arrived within")
    return calls


def skip(there, reason):
    there.result.notes.append(f"not run: {reason}")
    there.result.skipped = True
