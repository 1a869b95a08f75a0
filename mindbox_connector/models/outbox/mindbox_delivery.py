# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The queue job: claim, send and record until nothing is due or the time is over."""

import time
from collections import Counter
from datetime import timedelta
from functools import partial

from odoo import fields, models
from odoo.tools import SQL

from ...client import CONNECT_TIMEOUT
from ...exceptions import MindboxUnavailable
from .lanes import Lanes, Pace, SharedPace
from .mindbox_due import STORY, is_deferred
from .mindbox_hold import LONGEST_WAIT
from .shares import Share

# Seconds from the timeout of an answer that is still trickling in until it is given up.
PATIENCE = 5
# Seconds from one look at who was erased, among those whose calls leave, to the next.
ERASED_INTERVAL = 1
# Rows claimed at once, at most.
CLAIM_SIZE = 200
# Seconds of calls that are claimed ahead: what happens meanwhile leaves after them.
CLAIM_AHEAD = 1.5
# Seconds before its turn that a call is claimed, where turns are rare.
CLAIM_BEFORE = 0.2
# Rows of one customer on their way from which on no more of that one are claimed.
FULL = STORY // 2
# Seconds from a claim that found nothing to the next.
EMPTY_INTERVAL = 0.2
# While nothing answers: seconds that a call may take, and seconds from one to the next
# while the first one hangs.
PROBE_TIMEOUT = 5
PROBE_INTERVAL = 6


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    # === THE JOB === #

    def _deliver(self, share=0):
        """Send what waits for this integration point.

        :param int share: of which customers, where there are several deliveries
        """
        self.ensure_one()
        if not self._is_running():
            return self.env._("The integration point is not running.")
        if share >= self.delivery_count:
            return self.env._("There are fewer deliveries by now.")
        self._wait_while_held()
        job = Share(share).job
        sent = self._work_alone(job, self._deliver_within_budget)
        return self.env._("%s requests worked off.", sent)

    def _deliver_within_budget(self):
        """Claim, send and record until nothing is due or the time is over.

        While the threads send, the next rows are claimed and built: neither waits for
        the other.

        :return: how many calls Mindbox has accepted
        :raise RetryableJobError: the job itself goes on, when the hold is over
        """
        started = time.monotonic()
        pace = self._get_pace()
        send = self._get_client(self._get_timeout()).send
        may_send = self._get_lease().lasts
        width = max(1, self.concurrency // self._get_share().total)
        lanes = Lanes(send, width, pace, may_send, self._get_breakers())
        try:
            done = Run(self, lanes, pace).work()
            more = lanes.stopped
        finally:
            lanes.close()
        spent = time.monotonic() - started
        held = self._committed(lambda: self._finish(lanes, pace, more, spent))
        if held:
            raise held
        return done

    def _get_pace(self):
        """Return when this run may start calls: several deliveries take turns."""
        if self._get_share().total > 1:
            reserve = partial(self.env["mindbox.pace"]._reserve, self.id)
            return SharedPace(self.rate_limit, reserve)
        # The last job may have sent its last call just now.
        return Pace(self.rate_limit, delay=min(1, 60 / self.rate_limit))

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

        Where calls are held, it is this job itself, given back to the queue. That is
        asked once: a short hold may be over by the next look.

        :param float spent: seconds since the job has begun
        :return: what gives this job back to the queue, None where another one goes on
        """
        if not self._is_running():
            return None
        if isinstance(pace, SharedPace):
            self.paced_until = False
        else:
            self.paced_until = pace.delay > 1 and _in_seconds(pace.delay + 1)
        breakers = lanes.breakers
        self._keep_breakers(breakers, spent)
        failure = breakers.whole.failure
        if failure and (breakers.whole.proven or self._count_failing_lanes() > 1):
            self._hold(failure, spent, self._get_only_failing(breakers))
        else:
            self._release()
        if held := self._find_hold():
            return held
        delays = [self.env["mindbox.unrecorded"]._get_due_delay()]
        delays.append(0 if more else self._get_next_due_delay())
        if waits := [delay for delay in delays if delay is not None]:
            shares = [self._get_share()] if self._may_go_on() else None
            self._kick(seconds=min(waits), shares=shares)
        return None

    def _get_next_due_delay(self):
        """Return in how many seconds a row is tried again, None where none waits.

        At least one: it may be due by now, or be kept back by another one. What its
        own customer's earlier row keeps back is due with that one: to look for it
        each second would queue a job each second.
        """
        [(seconds,)] = self.env.execute_query(
            SQL(
                """
                SELECT EXTRACT(EPOCH FROM min(tried.next_attempt_at)
                                          - now() at time zone 'UTC')
                  FROM mindbox_request tried
                 WHERE tried.endpoint_id = %(endpoint)s AND tried.state = 'pending'
                   AND tried.attempts > 0 AND tried.next_attempt_at
                                              < now() at time zone 'UTC' + %(longest)s
                   AND %(is_mine)s
                   AND NOT EXISTS (
                       SELECT 1 FROM mindbox_request before
                        WHERE before.endpoint_id = tried.endpoint_id
                          AND before.customer_key = tried.customer_key
                          AND before.state = 'pending' AND %(is_deferred)s
                          AND (before.priority, before.id)
                            < (tried.priority, tried.id)
                   )
                """,
                endpoint=self.id,
                longest=LONGEST_WAIT,
                is_mine=self._get_share().get_condition("tried"),
                is_deferred=is_deferred("before"),
            )
        )
        return None if seconds is None else max(1, float(seconds))


def _in_seconds(seconds):
    return fields.Datetime.now() + timedelta(seconds=seconds)


class Run:
    """One run of the delivery: the lanes are filled, and their outcomes written down.

    :param endpoint: the ``mindbox.endpoint``, by itself
    :param Lanes lanes: the threads that send
    :param Pace pace: when calls may start
    """

    def __init__(self, endpoint, lanes, pace):
        self.endpoint = endpoint
        self.lanes = lanes
        self.pace = pace
        longest_call = CONNECT_TIMEOUT + endpoint.timeout
        # The worker must outlive the last answers.
        budget = endpoint._get_time_budget(reserve=longest_call + 3 * PATIENCE)
        self.deadline = time.monotonic() + budget
        self.give_up = self.deadline + longest_call + PATIENCE
        ahead = endpoint.rate_limit / 60 * min(budget, CLAIM_AHEAD)
        self.batch = max(1, min(CLAIM_SIZE, int(ahead)))
        # After an outage start with one call, then double while all goes well.
        self.window = 1 if lanes.probing else self.batch
        # {ID: (merge key, lane)} of the rows that are being sent, {ID: operation}
        self.on_the_way, self.operations = {}, {}
        self.claimed_at = self.looked_at = time.monotonic()
        self.empty_at = 0
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
            if not lanes.outstanding:
                # Nothing is on its way: it is nobody's turn yet.
                time.sleep(min(self.pace.delay, CLAIM_BEFORE))
            elif outcomes := lanes.take(timeout=0.2):
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
        now, outstanding = time.monotonic(), self.lanes.outstanding
        if outstanding and now < self.empty_at + EMPTY_INTERVAL:
            return False
        if outstanding <= self.window // 2:
            # Whatever is claimed later may be newer.
            return self.pace.delay <= CLAIM_BEFORE
        # The probe hangs; if Mindbox is back, another one gets an answer.
        return self.lanes.probing and now > self.claimed_at + PROBE_INTERVAL

    def _claim(self):
        self.claimed_at = time.monotonic()
        endpoint, closed = self.endpoint, self.lanes.closed + self._get_full_lanes()
        gate = self.lanes.breakers.get_gate(self.operations.values())
        rows, parcels = endpoint._committed(
            lambda: endpoint._claim(self.window, self.on_the_way, closed, gate)
        )
        self.more = bool(rows)
        if not rows:
            self.empty_at = time.monotonic()
        self.on_the_way.update((p.id, rows[p.id]) for p in parcels)
        self.operations.update((p.id, p.call.operation) for p in parcels)
        self.pace.grant(len(parcels))
        self.lanes.put(parcels)

    def _get_full_lanes(self):
        """Return the customers of whom enough is on its way."""
        counts = Counter(lane for _merge_key, lane in self.on_the_way.values())
        return [lane for lane, count in counts.items() if count >= FULL]

    def _record(self, outcomes):
        endpoint, failing = self.endpoint, self.lanes.failing
        if not endpoint._committed(lambda: endpoint._record(outcomes, failing)):
            self.lanes.stop()
        for outcome in outcomes:
            del self.on_the_way[outcome.parcel.id]
            del self.operations[outcome.parcel.id]
        self.accepted += sum(outcome.answer is not None for outcome in outcomes)
        self.more = True
        if not self.lanes.failing:
            self.window = min(self.window * 2, self.batch)
