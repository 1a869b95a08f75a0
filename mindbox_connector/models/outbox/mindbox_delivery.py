# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The queue job: claim, send and record until nothing is due or the time is over."""

import time
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ...client import CONNECT_TIMEOUT
from ...exceptions import MindboxUnavailable
from .lanes import Lanes, Pace
from .mindbox_hold import LONGEST_WAIT
from .mindbox_kick import DELIVERY

# Seconds from the timeout of an answer that is still trickling in until it is given up.
PATIENCE = 5
# Seconds from one look at who was erased, among those whose calls leave, to the next.
ERASED_INTERVAL = 1
# Rows claimed at once, at most.
CLAIM_SIZE = 200
# While nothing answers: seconds that a call may take, and seconds from one to the next
# while the first one hangs.
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

        While the threads send, the next rows are claimed and built: neither waits for
        the other.

        :return: how many calls Mindbox has accepted
        """
        started = time.monotonic()
        # The last job may have sent its last call just now.
        pace = Pace(self.rate_limit, delay=min(1, 60 / self.rate_limit))
        send = self._get_client(self._get_timeout()).send
        lanes = Lanes(send, self.concurrency, pace, probing=bool(self.failures))
        try:
            done = Run(self, lanes).work()
            more = lanes.stopped
        finally:
            lanes.close()
        spent = time.monotonic() - started
        self._committed(lambda: self._finish(lanes, pace, more, spent))
        return done

    def _hold_after_fault(self, reason):
        """A fault of the connector is an outage: the hold grows while it lasts."""
        self._hold(MindboxUnavailable(reason.code, **reason.details))
        return self._get_rest()[0]

    def _get_timeout(self):
        """Return how long to wait for answers.

        While nothing answers, short waits notice sooner that the outage is over, and
        leave the worker to others. Now and then a long one: Mindbox may be slow.
        """
        return min(self.timeout, PROBE_TIMEOUT) if self.failures % 4 else self.timeout

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


class Run:
    """One run of the delivery: the lanes are filled, and their outcomes written down.

    :param endpoint: the ``mindbox.endpoint``, by itself
    :param Lanes lanes: the threads that send
    """

    def __init__(self, endpoint, lanes):
        self.endpoint = endpoint
        self.lanes = lanes
        longest_call = CONNECT_TIMEOUT + endpoint.timeout
        # The worker must outlive the last answers.
        budget = endpoint._get_time_budget(reserve=longest_call + 3 * PATIENCE)
        self.deadline = time.monotonic() + budget
        self.give_up = self.deadline + longest_call + PATIENCE
        # No more than the pace lets through in one run.
        self.batch = max(1, min(CLAIM_SIZE, int(endpoint.rate_limit * budget / 60)))
        # After an outage start with one call, then double while all goes well.
        self.window = 1 if endpoint.failures else self.batch
        # {ID: (merge key, lane)} of the rows that are being sent
        self.on_the_way = {}
        self.claimed_at = self.looked_at = time.monotonic()
        self.more = True
        self.accepted = 0

    def work(self):
        """Claim, send and record; return how many calls Mindbox has accepted."""
        lanes = self.lanes
        while self.more or lanes.outstanding:
            self._keep_time()
            self._leave_out_erased()
            if lanes.stopped:
                self.more = False
                if lanes.probing and lanes.failing:
                    lanes.abandon()
            elif self.more and self._has_room():
                self._claim()
            if lanes.outstanding and (outcomes := lanes.take(timeout=0.2)):
                self._record(outcomes)
        return self.accepted

    def _keep_time(self):
        if time.monotonic() > self.deadline:
            self.lanes.stop()
        if time.monotonic() > self.give_up:
            self.lanes.abandon()

    def _leave_out_erased(self):
        """Let nothing more leave of a customer who was erased since the claim."""
        if not self.on_the_way or time.monotonic() < self.looked_at + ERASED_INTERVAL:
            return
        self.looked_at = time.monotonic()
        endpoint, on_the_way = self.endpoint, self.on_the_way
        for lane in endpoint._committed(lambda: endpoint._find_gone_lanes(on_the_way)):
            self.lanes.shut(lane)

    def _has_room(self):
        if self.lanes.outstanding <= self.window // 2:
            return True
        # The probe hangs; if Mindbox is back, another one gets an answer.
        hangs = time.monotonic() > self.claimed_at + PROBE_INTERVAL
        return self.lanes.probing and hangs

    def _claim(self):
        self.claimed_at = time.monotonic()
        endpoint, closed = self.endpoint, self.lanes.closed
        rows, parcels = endpoint._committed(
            lambda: endpoint._claim(self.window, self.on_the_way, closed)
        )
        self.more = bool(rows)
        self.on_the_way.update((p.id, rows[p.id]) for p in parcels)
        self.lanes.put(parcels)

    def _record(self, outcomes):
        endpoint, failing = self.endpoint, self.lanes.failing
        if not endpoint._committed(lambda: endpoint._record(outcomes, failing)):
            self.lanes.stop()
        for outcome in outcomes:
            del self.on_the_way[outcome.parcel.id]
        self.accepted += sum(outcome.answer is not None for outcome in outcomes)
        self.more = True
        if not self.lanes.failing:
            self.window = min(self.window * 2, self.batch)
