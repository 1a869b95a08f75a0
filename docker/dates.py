"""The unit tests at other moments: nothing may depend on the day it is tested.

The clock of Python and that of PostgreSQL are moved together, and users and companies
live where another day has begun already, or has not ended: UTC's day is not theirs.
"""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import clock
import databases
import postgres
from steps import VAR, Stop, say

VLADIVOSTOK = "Asia/Vladivostok"
LOS_ANGELES = "America/Los_Angeles"


class Moment(NamedTuple):
    """A moment of the year by UTC, and where the people are."""

    month: int
    day: int
    hour: int
    minute: int
    zone: str

    def after(self, now):
        """Return when it comes next, days from now."""
        for year in range(now.year, now.year + 10):
            try:
                found = datetime(year, *self[:4], tzinfo=UTC)
            except ValueError:
                # Few years have a 29th of February.
                continue
            if found > now + timedelta(days=2):
                return found
        raise Stop(f"There is no {self.day}.{self.month}.")


MOMENTS = {
    "end-of-february": Moment(2, 28, 23, 30, VLADIVOSTOK),
    "leap-day": Moment(2, 29, 23, 30, VLADIVOSTOK),
    # Midnight comes while the tests run.
    "end-of-month": Moment(4, 30, 23, 58, "UTC"),
    "end-of-year": Moment(12, 31, 23, 58, LOS_ANGELES),
    "new-year-in-vladivostok": Moment(12, 31, 14, 1, VLADIVOSTOK),
}

# What `make test` looks at.
SHORT = "end-of-february"


def possible():
    """Whether this machine can move a clock."""
    return bool(clock.library())


def visit(names):
    """Go to some moments; yield name, database and environment of each."""
    if not possible():
        raise Stop("Moving a clock needs a C compiler: install one, such as gcc.")
    moved = clock.Clock(VAR / "dates" / "clock")
    cluster = postgres.Cluster(VAR / "dates" / "pg", moved, **postgres.FAST)
    still, there = f"{databases.PREFIX}still", f"{databases.PREFIX}dates"
    with ExitStack() as stack:
        # A clone: while a database is dumped, nobody else can clone it.
        bare = databases.cloned(databases.ready(demo=False), still)
        template = stack.enter_context(bare)
        stack.enter_context(cluster.fresh())
        cluster.copy(template)
        stack.enter_context(cluster.named())
        for name in names:
            go_to(MOMENTS[name], moved)
            with databases.cloned(template, there) as database:
                settle(database, MOMENTS[name].zone)
                yield name, database, moved.environ()


def go_to(moment, moved):
    now = datetime.now(UTC)
    then = moment.after(now)
    moved.move(int((then - now).total_seconds()))
    [[there]] = databases.query("SELECT now()")
    if abs(there - then) > timedelta(minutes=1):
        raise Stop("PostgreSQL does not load the library: its clock is right.")
    say(f"\n-- {then:%Y-%m-%d %H:%M} UTC, people in {moment.zone}")


def settle(database, zone):
    """Let users and companies live somewhere."""
    databases.query(
        "UPDATE res_partner SET tz = %s WHERE id IN (SELECT partner_id FROM res_users"
        " UNION SELECT partner_id FROM res_company)",
        zone,
        database=database,
    )
