# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The queue job: claim, send and record until nothing is due or the time is over."""

import logging
import time
from datetime import timedelta
from functools import partial

from odoo import fields, models
from odoo.tools import SQL

from ...client import CONNECT_TIMEOUT
from ...exceptions import MindboxUnavailable
from .lanes import Lanes, Pace
from .mindbox_hold import LONGEST_WAIT
from .mindbox_kick import DELIVERY

_logger = logging.getLogger(__name__)

# An answer that is still trickling in so long after its timeout is given up.
PATIENCE = 5
BATCH = 200
PROBE_TIMEOUT = 5
PROBE_INTERVAL = 6


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    # === THE JOB === #

    def _deliver(self):
        """Send what waits for this integration point."""
        self.ensure_one()
        if not self._is_running():
            return self.env._("The integration point is not running.")
        self._wait_while_held()
        sent = self._work_alone(DELIVERY, self._deliver_within_budget)
        self._wait_while_held()
        return self.env._("%s requests worked off.", sent)

    def _deliver_within_budget(self):
        """Claim, send and record until nothing is due or the time is over.

        While the threads send, the next rows are claimed and built, so that nobody
        waits for the other.

        :return: how many calls Mindbox has accepted
        """
        started = time.monotonic()
        # The last job may have sent its last call just now.
        pace = Pace(self.rate_limit, delay=min(1, 60 / self.rate_limit))
        send = self._get_client(self._get_timeout()).send
        lanes = Lanes(send, self.concurrency, pace, probing=bool(self.failures))
        try:
            done = self._fill_and_empty(lanes)
            more = lanes.stopped
        finally:
            lanes.close()
        spent = time.monotonic() - started
        self._committed(lambda: self._finish(lanes, pace, more, spent))
        return done

    def _hold_after_fault(self, reason):
        """A fault of the connector is an outage: the hold grows while it lasts."""
        self._hold(MindboxUnavailable(reason))
        return self._get_rest()[0]

    def _get_timeout(self):
        """Return how long to wait for answers.

        While nothing answers, short waits notice sooner that the outage is over, and
        leave the worker to others. Now and then a long one: Mindbox may be slow.
        """
        return min(self.timeout, PROBE_TIMEOUT) if self.failures % 4 else self.timeout

    def _fill_and_empty(self, lanes):
        # The worker must outlive the last answers.
        late = CONNECT_TIMEOUT + self.timeout + 3 * PATIENCE
        budget = self._get_time_budget(reserve=late)
        deadline = time.monotonic() + budget
        give_up = deadline + CONNECT_TIMEOUT + self.timeout + PATIENCE
        size = self._get_batch_size(budget)
        # After an outage start with one call, then double while all goes well.
        window = 1 if self.failures else size
        on_the_way, done = {}, 0
        more = True
        asked = time.monotonic()
        while more or lanes.outstanding:
            if time.monotonic() > deadline:
                lanes.stop()
            if time.monotonic() > give_up:
                lanes.abandon()
            if lanes.stopped:
                more = False
                if lanes.probing and lanes.failing:
                    lanes.abandon()
            elif more and (
                lanes.outstanding <= window // 2
                # The probe hangs; if Mindbox is back, another one gets an answer.
                or lanes.probing
                and time.monotonic() > asked + PROBE_INTERVAL
            ):
                asked = time.monotonic()
                rows, parcels = self._claim_committed(window, on_the_way, lanes)
                more = bool(rows)
                on_the_way.update((p.id, rows[p.id]) for p in parcels)
                lanes.put(parcels)
            outcomes = lanes.take(timeout=0.2) if lanes.outstanding else []
            if outcomes:
                if not self._record_committed(outcomes, lanes.failing):
                    lanes.stop()
                for outcome in outcomes:
                    del on_the_way[outcome.parcel.id]
                done += sum(outcome.answer is not None for outcome in outcomes)
                more = True
                if not lanes.failing:
                    window = min(window * 2, size)
        return done

    def _claim_committed(self, limit, on_the_way, lanes):
        work = partial(self._claim, limit, on_the_way, lanes.closed)
        return self._committed(work)

    def _record_committed(self, outcomes, failing):
        return self._committed(lambda: self._record(outcomes, failing))

    def _get_batch_size(self, budget):
        """Claim no more than the pace lets through in one run."""
        return max(1, min(BATCH, int(self.rate_limit * budget / 60)))

    def _finish(self, lanes, pace, more, spent):
        """Leave the endpoint as the next job needs it, and queue that job.

        :param float spent: seconds since the job has begun
        """
        if not self._is_running():
            return
        now = fields.Datetime.now()
        slow = pace.delay > 1
        self.paced_until = now + timedelta(seconds=pace.delay + 1) if slow else False
        if lanes.failure and (lanes.proven or self._count_failing_lanes() > 1):
            self._hold(lanes.failure, spent)
            return
        self._release()
        delay = 0 if more else self._get_next_due_delay()
        if delay is not None:
            self._kick(seconds=delay)

    def _get_next_due_delay(self):
        """Return in how many seconds a row is tried again, None where none waits.

        At least one: it may be due by now, or be kept back by another one.
        """
        [(seconds,)] = self.env.execute_query(
            SQL(
                """
                SELECT EXTRACT(EPOCH FROM min(next_attempt_at)
                                          - now() at time zone 'UTC')
                  FROM mindbox_request
                 WHERE endpoint_id = %s AND state = 'pending' AND attempts > 0
                   AND next_attempt_at < now() at time zone 'UTC' + %s
                """,
                self.id,
                LONGEST_WAIT,
            )
        )
        return None if seconds is None else max(1, float(seconds))
