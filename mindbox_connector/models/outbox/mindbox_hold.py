# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When calls may leave: held in an outage, kept to a pace, paused for somebody."""

import math
import random
from datetime import timedelta
from operator import itemgetter

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

from ...exceptions import MindboxThrottled
from ...reasons import NO_REASON, Reason

# Seconds from one probe to the next, a quarter more or less: the first row leaves
# within 10 s of the end of an outage that is younger than an hour, else in 5 minutes.
HOLD_MAX_SHORT = 6
HOLD_MAX_LONG = 220
HOLD_MIN = 1
LONG_OUTAGE = timedelta(hours=1)
# Seconds, at most, from a failure to the next probe while somebody waits who has not
# failed yet: perhaps it is those who fail, and not Mindbox.
HOLD_MAX_UNTRIED = 30
# Seconds, at most, of a hold, a throttling and a retry; what claims to be longer comes
# from a wrong clock.
HOLD_LIMIT = 330
LONGEST_WAIT = timedelta(seconds=HOLD_LIMIT)
# Attempts of a row while an outage is that young.
SHORT_TRIES = LONG_OUTAGE.total_seconds() // HOLD_MAX_SHORT
# Seconds from one attempt of a row to the next, at most.
ROW_RETRY_MAX = 270
NOT_HELD = {
    "failures": 0,
    "failing_since": False,
    "held_at": False,
    "held_until": False,
    **NO_REASON.get_values("hold_"),
}


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    paced_until = fields.Datetime(readonly=True, copy=False)
    held_at = fields.Datetime(readonly=True, copy=False)
    held_operation = fields.Char(
        readonly=True,
        copy=False,
        help="The only operation that fails, as far as it is known: what leaves by "
        "others is not held.",
    )

    def _is_running(self):
        """Whether calls may leave, as of this moment."""
        rows = self.env.execute_query(
            SQL("SELECT state FROM mindbox_endpoint WHERE id = %s", self.id)
        )
        return rows == [("running",)]

    def _is_held(self):
        """Whether nothing leaves for a while, by no operation."""
        now = fields.Datetime.now()
        return bool(self.held_until) and self.held_until > now

    def _wait_while_held(self):
        """Give the job back to the queue until calls may leave again."""
        if held := self.exists()._find_hold():
            raise held

    def _find_hold(self):
        """Return the error that gives the job back to the queue, None if none holds."""
        rest, reason = self._get_rest()
        if not rest:
            return None
        return RetryableJobError(
            self.env["mindbox.reason"]._say(*reason),
            seconds=math.ceil(rest),
            ignore_retry=True,
        )

    def _get_rest(self):
        """Return (seconds until calls may leave again or 0, why)."""
        names = ["paced_until", "held_at", "held_operation", "failing_since"]
        self.invalidate_recordset(names)
        until, reason = self._get_hold()
        if until and until > fields.Datetime.now():
            until = self._shorten_hold(until, reason)
        return get_longest_rest([(until, reason), (self.paced_until, Reason("pace"))])

    def _shorten_hold(self, until, reason):
        """Return until when calls are held, as what waits by now has it."""
        if self.held_operation and self._has_due_rows():
            # By another operation, which nobody has tried yet.
            return False
        if reason.code == "throttled" or not self.held_at:
            return until
        soon = self.held_at + timedelta(seconds=HOLD_MAX_UNTRIED)
        return soon if soon < until and self._has_untried_rows() else until

    def _hold(self, error, spent=0, operation=None):
        """Leave Mindbox alone for a while: growing, jittered, at most 5 minutes.

        :param float spent: seconds since the failed call left; they count, so that a
            call that hangs does not delay the next one
        :param operation: the only one that fails
        """
        is_long = self._count_failing_lanes() > 1
        values = make_hold(self, error, spent, is_long and HOLD_MAX_LONG)
        self.write(values | {"held_operation": operation})

    def _release(self):
        """Hold calls no longer: Mindbox has answered."""
        if self.failures:
            self.write(NOT_HELD | {"held_operation": False})

    def _count_failing_lanes(self):
        """Count the customers with failures: a single one is no proof of an outage."""
        [(count,)] = self.env.execute_query(
            SQL(
                """
                SELECT count(DISTINCT customer_key) FROM mindbox_request
                 WHERE endpoint_id = %s AND state = 'pending' AND attempts > 0
                   AND attempts > COALESCE(missing_attempts, 0)
                """,
                self.id,
            )
        )
        return count

    def _on_start(self):
        """Whoever starts it has put right why calls were held."""
        result = super()._on_start()
        self._forget_waits()
        return result

    def _forget_waits(self):
        """Let everything that waits be tried at once."""
        now = fields.Datetime.now()
        self.write(NOT_HELD | {"held_operation": False, "paced_until": False})
        self.env.execute_query(
            SQL(
                """
                UPDATE mindbox_request SET next_attempt_at = %(now)s
                 WHERE endpoint_id = ANY(%(ids)s) AND state = 'pending'
                   AND attempts > 0 AND next_attempt_at > %(now)s
                RETURNING id
                """,
                ids=self.ids,
                now=now,
            )
        )

    def _pause_misconfigured(self, error):
        """Stop until somebody has acted, and tell the responsible person once.

        Who has replaced the key meanwhile has acted: the next job takes the new one.

        :param MindboxMisconfigured error: what a call has ended with
        """
        self.invalidate_recordset()
        if self.state == "paused":
            return
        if error.identity not in (None, self._get_client().identity):
            self._hold(error)
            return
        self._pause(error.reason)
        self._on_pause()

    def _on_pause(self):
        """Hook: sending has stopped by itself, until somebody acts."""


def make_hold(record, error, spent, long_cap):
    """Return the values by which an integration point or operation is held.

    :param long_cap: seconds, at most, once the outage is long; as before if none
    """
    now = fields.Datetime.now()
    since = record.failing_since or now
    failures = record.failures + 1
    if isinstance(error, MindboxThrottled):
        seconds = max(HOLD_MIN, error.retry_after)
    else:
        is_long = long_cap and now - since > LONG_OUTAGE
        cap = long_cap if is_long else HOLD_MAX_SHORT
        seconds = min(2 ** min(failures - 1, 10), cap) * random.uniform(0.75, 1.25)
        seconds = max(HOLD_MIN, seconds - spent)
    return {
        "failing_since": since,
        "failures": failures,
        "held_at": now,
        "held_until": now + timedelta(seconds=seconds),
        **error.reason.get_values("hold_"),
    }


def get_longest_rest(moments):
    """Return (seconds until the last of some moments or 0, why).

    What claims to be longer than any hold comes from a wrong clock.

    :param list moments: (until when or False, :class:`Reason`)
    """
    now = fields.Datetime.now()
    rests = [((until - now).total_seconds(), why) for until, why in moments if until]
    return max(
        (rest for rest in rests if 0 < rest[0] < HOLD_LIMIT),
        key=itemgetter(0),
        default=(0, NO_REASON),
    )


def get_retry_delay(attempts, failing):
    """Return the time from a row's attempt to its next one.

    :param int attempts: how many there were before it
    :param bool failing: whether no call gets through, not only this one
    """
    short = failing and attempts < SHORT_TRIES
    cap = HOLD_MAX_SHORT if short else ROW_RETRY_MAX
    return timedelta(seconds=min(2 ** min(attempts, 10), cap))
