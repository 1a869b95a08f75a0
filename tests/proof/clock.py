"""The clock of a shop's server, moved while that of its database is right."""

from clock import Clock, library

from .world import LOGS

HOUR = 3600


class ServerClock:
    """Moves the clock of a server, which is started again for it.

    Without a C compiler the moments are moved that such a clock leaves behind.
    """

    def __init__(self, there):
        self.there = there
        self.clock = library() and Clock(LOGS / f"{there.result.name}.clock")
        if self.clock:
            there.server.environ.update(self.clock.environ())
            there.server.restart()
        else:
            there.result.notes.append("no C compiler: stored moments moved instead")

    def move(self, hours):
        """Let the server's clock be so many hours fast."""
        if self.clock:
            self.clock.move(hours * HOUR)
        elif hours:
            self._shift_moments(hours)

    def _shift_moments(self, hours):
        self.there.query(
            "UPDATE mindbox_endpoint"
            " SET held_until = held_until + interval '1 hour' * %s",
            hours,
        )
        self.there.query(
            "UPDATE mindbox_request SET next_attempt_at = next_attempt_at"
            " + interval '1 hour' * %s WHERE state = 'pending'",
            hours,
        )
