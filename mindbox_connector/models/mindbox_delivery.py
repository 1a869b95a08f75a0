# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claim, build, send, record: the only caller of the client, and the queue job."""

import json
import logging
import math
import random
import re
import threading
import time
import traceback
from collections import defaultdict, deque
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models, modules
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, config

from odoo.addons.queue_job.exception import RetryableJobError

from ..catalogue import EVENTS
from ..client import CONNECT_TIMEOUT, Call
from ..exceptions import (
    MindboxMisconfigured,
    MindboxRejected,
    MindboxSkipped,
    MindboxThrottled,
    MindboxUnavailable,
)
from ..lanes import Lanes, Pace, Parcel
from .mindbox_request import WAITS

_logger = logging.getLogger(__name__)

# A job works this long, then queues its successor: well under the worker's limits.
TIME_BUDGET = 25
# An answer that is still trickling in so long after its timeout is given up.
PATIENCE = 5
BATCH = 200
# Behind a backlog: whoever has done something so recently comes before it, found among
# so many of the newest rows, with so many of his rows at a time.
FRESH = "10 minutes"
NEWEST = 500
STORY = 20
# Advisory lock: one delivery per integration point, on whichever node.
LOCK_CLASS = 0x4D42
LOCK_RETRY = 1
# A delivery waits so many seconds for more, so that a busy shop runs one job, not ten,
# beside its visitors. A system parameter may say otherwise.
GATHER_SECONDS = 1
GATHER_PARAMETER = "mindbox_connector.gather_seconds"
GATHER_LIMIT = 60
# So many seconds after a commit its request has answered: until then, a thread beside
# would take the interpreter from it.
ANSWER_TIME = 0.1
# Seconds from one probe to the next, a quarter more or less: while an outage is younger
# than an hour, so often that the first row leaves within 10 s of its end; later, within
# 5 minutes.
HOLD_MAX_SHORT = 6
HOLD_MAX_LONG = 220
HOLD_MIN = 1
LONG_OUTAGE = timedelta(hours=1)
# No hold, no throttling and no retry is longer; what claims to be comes from a wrong
# clock.
HOLD_LIMIT = 330
LONGEST_WAIT = timedelta(seconds=HOLD_LIMIT)
SHORT_TRIES = LONG_OUTAGE.total_seconds() // HOLD_MAX_SHORT
ROW_RETRY_MAX = 270
PROBE_TIMEOUT = 5
PROBE_INTERVAL = 6
CONCURRENCY_TRIES = 10
# A job that is due or at work since so long may be dead, or overslept.
JOB_STARTS_WITHIN = "10 seconds"
WAKE_INTERVAL = 5

JOB_KEY = "mindbox.deliver."
CLAIMED_COLUMNS = (
    "id, endpoint_id, operation_id, event, mode, res_model, res_id, partner_id, "
    "customer_key, merge_key, cleared, priority, transaction_id, occurred_at, "
    "attempts, payload, device_uuid, customer_ip"
)
FROZEN_COLUMNS = ("id", "event", "operation_id", "mode", "state", "error", "payload")
NOT_HELD = {
    "failures": 0,
    "failing_since": False,
    "held_until": False,
    "hold_reason": False,
}
# Values that must not show up in a reason: reasons are read by everybody.
PERSONAL_KEYS = frozenset(
    "email mobilePhone lastName firstName middleName fullName number birthDate".split()
)
CONTACT_PATTERN = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|\+?\d[\d\s()-]{8,}\d")


class KickQueue:
    """The kicks of this process, worked off one after the other by one thread."""

    def __init__(self):
        self._lock = threading.Lock()
        self._waiting = deque()
        self._thread = None

    def put(self, dbname, kick):
        """Have ``kick`` called soon; start a thread where none is at work."""
        with self._lock:
            self._waiting.append((dbname, kick))
            if self._thread:
                return
            thread = threading.Thread(target=self._work, name="mindbox-kick")
            # Where no thread is to be had, the next kick or the sweeper goes on.
            with suppress(RuntimeError):
                thread.start()
                self._thread = thread

    def join(self):
        """Wait until nothing is left to do."""
        while thread := self._thread:
            thread.join()

    def _work(self):
        time.sleep(ANSWER_TIME)
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                dbname, kick = self._waiting.popleft()
            threading.current_thread().dbname = dbname
            kick()


KICKS = KickQueue()
# {(database, endpoint IDs): when this process has last looked for such jobs}
LOOKED = {}


class MindboxEndpoint(models.Model):
    _inherit = "mindbox.endpoint"

    paced_until = fields.Datetime(readonly=True, copy=False)

    # === THE KICK === #

    def _kick_after_commit(self):
        """Queue a delivery once the current transaction is committed."""
        ids = self.ids

        @self.env.cr.postcommit.add
        def kick():
            self._kick_beside(ids, [])

    @api.model
    def _kick_beside(self, endpoint_ids, transaction_ids, late=()):
        """Queue a delivery in a thread beside, so that the shopper's answer is out.

        A server that stops waits for it; one that is killed leaves it to the sweeper.
        """
        kick = partial(self._kick_on_fresh_cursor, endpoint_ids, transaction_ids, late)
        if modules.module.current_test:
            kick()
        else:
            KICKS.put(self.env.cr.dbname, kick)

    @api.model
    def _kick_on_fresh_cursor(self, endpoint_ids, transaction_ids, late=()):
        """Merge what waits twice and queue a delivery job, after a commit.

        On a fresh cursor, since only what others can see may be judged. Nothing that
        goes wrong here may reach the shopper: the sweeper does it again.

        :param list transaction_ids: of the rows that may wait twice
        :param list late: rows that the shop's transaction could not insert
        """
        try:
            with self.env.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                if late:
                    env["mindbox.request"]._insert_late(late)
                self._wake_runner(cr, endpoint_ids)
                gather = env["mindbox.endpoint"]._get_gather_seconds()
                if not self._needs_kick(cr, endpoint_ids, transaction_ids, gather):
                    return
                # Losing this commit in a crash is fine: no need to wait for the disk.
                cr.execute("SET LOCAL synchronous_commit TO off")
                if transaction_ids:
                    env["mindbox.request"]._merge_waiting(transaction_ids)
                env["mindbox.endpoint"].browse(endpoint_ids)._kick(seconds=gather)
        except Exception as error:
            _logger.warning("Delivery not queued yet: %s", type(error).__name__)

    @api.model
    def _get_gather_seconds(self):
        """Return how many seconds a delivery waits for more; not a number: as ever."""
        get_param = self.env["ir.config_parameter"].sudo().get_param
        try:
            seconds = int(get_param(GATHER_PARAMETER, GATHER_SECONDS))
        except ValueError:
            return GATHER_SECONDS
        return min(max(0, seconds), GATHER_LIMIT)

    @api.model
    def _needs_kick(self, cr, endpoint_ids, transaction_ids, gather):
        """Whether a state waits twice, or an endpoint has no job due by ``gather`` s.

        In a busy shop mostly not: one statement finds out.
        """
        cr.execute(
            SQL(
                """
                SELECT EXISTS (
                    SELECT 1 FROM mindbox_request new
                      JOIN mindbox_request other
                        ON other.merge_key = new.merge_key
                       AND other.endpoint_id = new.endpoint_id
                       AND other.id != new.id
                     WHERE new.transaction_id = ANY(%(requests)s)
                       AND other.state = 'pending' AND other.payload IS NULL
                       AND other.merge_key IS NOT NULL
                ) OR EXISTS (
                    SELECT 1 FROM mindbox_endpoint endpoint
                     WHERE endpoint.id = ANY(%(endpoints)s)
                       AND endpoint.state = 'running'
                       AND NOT EXISTS (
                           SELECT 1 FROM queue_job job
                            WHERE job.identity_key = %(prefix)s || endpoint.id
                              AND job.state IN ('pending', 'enqueued')
                              AND (job.eta IS NULL
                                   OR job.eta <= now() at time zone 'UTC'
                                                 + %(gather)s)
                       )
                )
                """,
                requests=list(transaction_ids),
                endpoints=list(endpoint_ids),
                prefix=JOB_KEY,
                gather=timedelta(seconds=gather),
            )
        )
        return cr.fetchone()[0]

    @api.model
    def _wake_runner(self, cr, endpoint_ids):
        """Have queue_job's runner look at jobs that should have begun or ended by now.

        Their worker may have been killed: the runner finds the dead when it wakes up,
        which is up to a minute later, since a dead job fills its channel. Or the clock
        was set back while the runner reckoned how long it may sleep.
        """
        key, now = (cr.dbname, *sorted(endpoint_ids)), time.monotonic()
        if now - LOOKED.get(key, -WAKE_INTERVAL) < WAKE_INTERVAL:
            return
        LOOKED[key] = now
        cr.execute(
            SQL(
                """
                SELECT pg_notify('queue_job', uuid) FROM queue_job
                 WHERE identity_key = ANY(%(keys)s)
                   AND CASE WHEN state IN ('enqueued', 'started') THEN date_enqueued
                            WHEN state = 'pending' THEN COALESCE(eta, date_created)
                       END < now() at time zone 'UTC' - %(since)s::interval
                """,
                keys=[f"{JOB_KEY}{endpoint_id}" for endpoint_id in endpoint_ids],
                since=JOB_STARTS_WITHIN,
            )
        )

    def _kick(self, seconds=0):
        """Queue a delivery job of each endpoint, unless one is waiting already.

        :param float seconds: start that much later
        """
        for endpoint in self.filtered(lambda endpoint: endpoint.state == "running"):
            wait = math.ceil(max(seconds, endpoint._get_rest()[0]))
            key = f"{JOB_KEY}{endpoint.id}"
            endpoint._hurry_job(key, wait)
            endpoint.with_company(endpoint.company_id).with_delay(
                identity_key=key,
                description=self.env._("Deliver to Mindbox: %s", endpoint.name),
                eta=wait or None,
                max_retries=0,
            )._deliver()

    def _hurry_job(self, key, seconds):
        """Let a job that waits for a later moment start in time."""
        eta = fields.Datetime.now() + timedelta(seconds=seconds)
        self.env.cr.execute(
            SQL(
                """
                UPDATE queue_job SET eta = %(eta)s
                 WHERE identity_key = %(key)s AND state = 'pending' AND eta > %(eta)s
                """,
                eta=eta,
                key=key,
            ),
            log_exceptions=False,
        )

    @api.model
    def _cron_sweep(self):
        """Queue deliveries where a crash or a lost connection ate the kick."""
        for endpoint in self.search([("state", "=", "running")]):
            if endpoint._has_due_rows():
                self._kick_on_fresh_cursor(endpoint.ids, [])
        self.search([("state", "=", "running")])._kick_imports()

    def _has_due_rows(self):
        return bool(self._find_due_rows(1, {}, []))

    # === THE JOB === #

    def _deliver(self):
        """Send what waits for this integration point."""
        self.ensure_one()
        if not self._is_running():
            return self.env._("The integration point is not running.")
        self._wait_while_held()
        try:
            with self._delivery_lock() as locked:
                sent = self._deliver_within_budget() if locked else None
        except Exception as error:
            self._hold_after_failure(error)
            raise
        if sent is None:
            raise RetryableJobError(
                self.env._("Another delivery is at work."),
                seconds=LOCK_RETRY,
                ignore_retry=True,
            )
        self._wait_while_held()
        return self.env._("%s requests worked off.", sent)

    def _is_running(self):
        """Whether calls may leave, as of this moment."""
        rows = self.env.execute_query(
            SQL("SELECT state FROM mindbox_endpoint WHERE id = %s", self.id)
        )
        return rows == [("running",)]

    def _wait_while_held(self):
        """Give the job back to the queue until calls may leave again."""
        rest, reason = self.exists()._get_rest()
        if rest:
            raise RetryableJobError(reason, seconds=math.ceil(rest), ignore_retry=True)

    def _get_rest(self):
        """Return (seconds until calls may leave again or 0, why)."""
        self.invalidate_recordset(["held_until", "hold_reason", "paced_until"])
        now = fields.Datetime.now()
        pace = self.env._("Keeps to the calls per minute.")
        moments = (self.held_until, self.hold_reason), (self.paced_until, pace)
        waits = [((m - now).total_seconds(), why) for m, why in moments if m]
        return max(
            (wait for wait in waits if 0 < wait[0] < HOLD_LIMIT), default=(0, "")
        )

    @contextmanager
    def _delivery_lock(self):
        """Tell whether this is the only delivery of the endpoint, on any node.

        The lock has a cursor of its own: it outlives the commits of the delivery, and
        however the delivery ends, it cannot stay behind on a pooled connection. It
        keeps no snapshot, which would keep vacuum from what the delivery leaves
        behind; and no limit on idle transactions may end it.
        """
        with self.env.registry.cursor() as cr:
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            cr.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cr.execute(
                "SELECT pg_try_advisory_xact_lock(%s, %s)", (LOCK_CLASS, self.id)
            )
            (locked,) = cr.fetchone()
            # See what the delivery before this one has written down.
            self._commit()
            yield locked

    def _hold_after_failure(self, error):
        """A fault of the connector itself neither floods the monitor nor gives up."""
        name = type(error).__name__
        where = traceback.extract_tb(error.__traceback__)[-1]
        # The text of an exception may hold personal data: only its kind is kept.
        _logger.error("Delivery of %s: %s in %s", self, name, where)
        reason = self.env._("The delivery itself failed (%s), see the log.", name)
        with self.env.registry.cursor() as cr:
            endpoint = self.with_env(self.env(cr=cr)).exists()
            endpoint._hold(MindboxUnavailable(reason))
            rest = endpoint._get_rest()[0]
        raise RetryableJobError(
            reason, seconds=max(1, math.ceil(rest)), ignore_retry=True
        ) from None

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

    def _get_timeout(self):
        """Return how long to wait for answers.

        While nothing answers, short waits notice sooner that the outage is over, and
        leave the worker to others. Now and then a long one: Mindbox may be slow.
        """
        return min(self.timeout, PROBE_TIMEOUT) if self.failures % 4 else self.timeout

    def _fill_and_empty(self, lanes):
        deadline = time.monotonic() + self._get_time_budget()
        give_up = deadline + CONNECT_TIMEOUT + self.timeout + PATIENCE
        size = self._get_batch_size()
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

    def _get_time_budget(self):
        """Return how long to claim: the worker must outlive the last answers."""
        budget = TIME_BUDGET
        if real := config["limit_time_real"]:
            spent = CONNECT_TIMEOUT + self.timeout + 3 * PATIENCE
            budget = min(budget, real - spent)
        if cpu := config["limit_time_cpu"]:
            budget = min(budget, cpu / 2)
        return max(1, budget)

    def _claim_committed(self, limit, on_the_way, lanes):
        work = partial(self._claim, limit, on_the_way, lanes.closed)
        return self._committed(work)

    def _record_committed(self, outcomes, failing):
        return self._committed(lambda: self._record(outcomes, failing))

    def _get_batch_size(self):
        """Claim no more than the pace lets through in one run."""
        return max(1, min(BATCH, self.rate_limit * TIME_BUDGET // 60))

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
        if self.failures:
            self.write(NOT_HELD)
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

    # === TRANSACTIONS OF THE DELIVERY === #

    def _commit(self):
        # The job function has "Allow commit": queue_job gives it its own cursor. What
        # was sent must be on record before the next call leaves.
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def _committed(self, work):
        """Do and commit a piece of work; do it again where PostgreSQL asks for it."""
        for left in reversed(range(CONCURRENCY_TRIES)):
            try:
                result = work()
                self._commit()
                return result
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                if not left:
                    raise
                time.sleep(random.uniform(0.01, 0.1))

    # === CLAIM AND BUILD === #

    def _claim(self, limit, on_the_way, closed_lanes):
        """Take due rows in order and freeze their bodies.

        :param dict on_the_way: {ID: (merge key, lane)} of rows that are being sent
        :return: (the same of the rows, parcels of those that can be sent)
        """
        if not self._is_running():
            return {}, []
        rows = self._lock_due_rows(limit, on_the_way, closed_lanes)
        claimed = {row["id"]: (row["merge_key"], row["customer_key"]) for row in rows}
        rows = self.env["mindbox.request"]._merge(rows)
        self._freeze([row for row in rows if row["payload"] is None])
        rows = [row for row in rows if row["payload"] is not None]
        operations = self._get_row_operations(rows)
        self._skip([row for row in rows if row["id"] not in operations])
        return claimed, [
            _get_parcel(row, operations[row["id"]])
            for row in rows
            if row["id"] in operations
        ]

    def _get_row_operations(self, rows):
        """Return {row ID: operation}; an operation may be gone since the event."""
        by_id = {values["id"]: values for values in self._get_operations().values()}
        found = {
            row["id"]: by_id.get(row["operation_id"])
            or self._get_operation(row["event"])
            for row in rows
        }
        return {row_id: values for row_id, values in found.items() if values}

    def _skip(self, rows):
        """End rows whose operation was switched off after the fact."""
        reason = self.env._("The operation is switched off.")
        if rows:
            self.env["mindbox.request"]._update(
                [{"id": r["id"], "state": "skipped", "error": reason} for r in rows]
            )

    def _find_due_rows(self, limit, on_the_way, closed_lanes):
        """Return (ID, lane) of due rows in the order of the queue.

        Where more waits than is asked for, half of them are of customers who have
        done something just now: behind a backlog of days they would wait for hours.
        """
        is_due = self._get_due_condition(on_the_way, closed_lanes)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, customer_key, priority
                  FROM mindbox_request due
                 WHERE state = 'pending' AND %(is_due)s
                 ORDER BY priority, id
                 LIMIT %(limit)s
                """,
                is_due=is_due,
                limit=limit,
            )
        )
        share = limit // 2
        if share and len(rows) == limit:
            fresh = self._find_fresh_rows(share, rows[-1][2], is_due, on_the_way)
            rows = list(dict.fromkeys(fresh + rows))[:limit]
        return [(row_id, key) for row_id, key, _priority in rows]

    def _find_fresh_rows(self, limit, priority, is_due, on_the_way):
        """Return the first rows of customers with an event of the last minutes.

        A customer's own backlog goes before his event, so that his order is kept.

        :param int priority: where in the queue the backlog is
        :param SQL is_due: the condition on ``due``
        """
        return self.env.execute_query(
            SQL(
                """
                WITH newest AS (
                    SELECT customer_key, occurred_at FROM mindbox_request
                     WHERE endpoint_id = %(endpoint)s AND state = 'pending'
                       AND priority = %(priority)s
                       AND occurred_at > now() at time zone 'UTC' - %(fresh)s::interval
                       AND id != ALL(%(on_the_way)s)
                     ORDER BY occurred_at DESC
                     LIMIT %(newest)s
                ), customer AS (
                    SELECT customer_key, max(occurred_at) AS latest
                      FROM newest GROUP BY customer_key
                )
                SELECT story.id, story.customer_key, story.priority
                  FROM customer, LATERAL (
                      SELECT id, customer_key, priority
                        FROM mindbox_request due
                       WHERE %(waits)s AND %(is_due)s AND priority <= %(priority)s
                         AND customer_key = customer.customer_key
                       ORDER BY priority, id
                       LIMIT %(story)s
                  ) story
                 ORDER BY latest DESC, story.priority, story.id
                 LIMIT %(limit)s
                """,
                endpoint=self.id,
                priority=priority,
                fresh=FRESH,
                newest=NEWEST,
                on_the_way=list(on_the_way),
                waits=SQL(WAITS),
                is_due=is_due,
                story=STORY,
                limit=limit,
            )
        )

    def _get_due_condition(self, on_the_way, closed_lanes):
        """Return the condition that a row that waits, called ``due``, may leave now.

        A row that was never tried is due whatever its date: only another attempt
        waits. A customer with an earlier row that does is left alone. A body that
        was tried goes before a newer one of the same state is built, even where
        the record has changed hands, as a cart does when its visitor logs in.
        """
        return SQL(
            """
            due.endpoint_id = %(endpoint)s AND NOT (%(due_is_deferred)s)
            AND due.id != ALL(%(on_the_way)s)
            AND COALESCE(due.customer_key, '') != ALL(%(closed)s)
            AND NOT EXISTS (
                SELECT 1 FROM mindbox_request tried
                 WHERE tried.endpoint_id = due.endpoint_id
                   AND tried.customer_key = due.customer_key
                   AND tried.state = 'pending' AND %(tried_is_deferred)s
                   AND (tried.priority, tried.id) < (due.priority, due.id)
            )
            AND NOT EXISTS (
                SELECT 1 FROM mindbox_request tried
                 WHERE tried.endpoint_id = due.endpoint_id
                   AND tried.merge_key = due.merge_key
                   AND tried.state = 'pending' AND tried.attempts > 0
                   AND due.payload IS NULL
                   AND (tried.customer_key != due.customer_key
                        OR (tried.priority, tried.id) > (due.priority, due.id))
            )
            """,
            endpoint=self.id,
            on_the_way=list(on_the_way),
            closed=[key or "" for key in closed_lanes],
            due_is_deferred=_is_deferred("due"),
            tried_is_deferred=_is_deferred("tried"),
        )

    def _lock_due_rows(self, limit, on_the_way, closed_lanes):
        """Lock due rows; all that comes after a row locked elsewhere is left alone.

        So is what comes after a state whose older body is on its way for another
        customer.
        """
        candidates = self._find_due_rows(limit, on_the_way, closed_lanes)
        if not candidates:
            return []
        self.env.cr.execute(
            SQL(
                """
                SELECT %s FROM mindbox_request
                 WHERE id = ANY(%s)
                 ORDER BY priority, id
                   FOR UPDATE SKIP LOCKED
                """,
                SQL(CLAIMED_COLUMNS),
                [row_id for row_id, _key in candidates],
            ),
            # That PostgreSQL asks to look again is no error: this snapshot, in which
            # they wait, is the one they were found in.
            log_exceptions=False,
        )
        locked = self.env.cr.dictfetchall()
        locked_ids = {row["id"] for row in locked}
        passed_over = {key for row_id, key in candidates if row_id not in locked_ids}
        return _leave_busy(locked, passed_over, dict(on_the_way.values()))

    def _freeze(self, rows):
        """Build the missing bodies and write them down before anything is sent."""
        if not rows:
            return
        sources = self._get_sources(rows)
        try:
            with self.env.cr.savepoint(flush=False):
                for row in rows:
                    self._build(row, sources)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except psycopg2.Error:
            # One of them breaks the transaction: find out which.
            for row in rows:
                self._build_alone(row, sources)
        self.env["mindbox.request"]._update(
            [{name: row[name] for name in FROZEN_COLUMNS} for row in rows]
        )

    def _get_sources(self, rows):
        """Return {(model, id): record}; records of a model are read together."""
        ids = defaultdict(list)
        for row in rows:
            ids[row["res_model"]].append(row["res_id"])
        return {
            (model, record.id): record
            for model, model_ids in ids.items()
            # The module of a model may be gone since the event.
            if model in self.env
            for record in self._with_sender(self.env[model].browse(model_ids)).exists()
        }

    def _build_alone(self, row, sources):
        try:
            with self.env.cr.savepoint(flush=False):
                self._build(row, sources)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except psycopg2.Error as error:
            row.update(self._get_build_failure(error))

    def _build(self, row, sources):
        record = sources.get((row["res_model"], row["res_id"]))
        facts = {"cleared": row["cleared"].split()} if row["cleared"] else {}
        row.update(
            self._build_values(record, row["event"], row["occurred_at"], **facts)
        )

    def _build_again(self, requests):
        """Return {request ID: column values}: what they would be if built now."""
        names = ["event", "occurred_at", "res_model", "res_id", "cleared"]
        rows = requests.read(names, load=False)
        sources = self._get_sources(rows)
        for row in rows:
            self._build_alone(row, sources)
        return {row["id"]: row for row in rows}

    def _build_values(self, record, event, occurred_at, **facts):
        """Return the column values of a row's body; or the reason why there is none.

        :raise psycopg2.Error: the transaction is broken
        """
        values = {"state": "pending", "error": None, "payload": None}
        try:
            return values | self._get_body_values(record, event, occurred_at, **facts)
        except MindboxSkipped as skipped:
            return values | {"state": "skipped", "error": str(skipped)}
        except MindboxRejected as rejected:
            return values | {"state": "rejected", "error": str(rejected)}
        except psycopg2.Error:
            raise
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            _logger.error("Body of %s: %r in %s", event, type(error), where)
            return values | self._get_build_failure(error)

    def _get_build_failure(self, error):
        # The text of an exception may hold personal data: only its kind is kept.
        reason = self.env._("The body cannot be built (%s).", type(error).__name__)
        return {"state": "rejected", "error": reason}

    def _get_body_values(self, record, event, occurred_at, **facts):
        """Return payload, final event, operation and mode for a record's event.

        :raise MindboxSkipped: a rule says that there is nothing to send
        """
        self.ensure_one()
        if record is None:
            raise MindboxSkipped(self.env._("The record no longer exists."))
        event = record._mindbox_resolve(event, self)
        operation = record._mindbox_operation(event, self)
        if not operation:
            raise MindboxSkipped(self.env._("The operation is switched off."))
        body = getattr(record, f"_mindbox_{event}_body")(self, **facts)
        self._check_mode(operation, body)
        if operation["send_execution_time"] and isinstance(body, dict):
            body["executionDateTimeUtc"] = self._format_moment(occurred_at)
        return {
            "event": event,
            "operation_id": operation["id"],
            "mode": operation["mode"],
            "payload": body if isinstance(body, str) else to_text(body),
        }

    def _check_mode(self, operation, body):
        """Check that a table goes out as a bulk import, and nothing else does.

        :raise MindboxSkipped: the operation was given another mode
        """
        if isinstance(body, str) != (operation["mode"] == "bulk"):
            raise MindboxSkipped(
                self.env._(
                    "The mode of the operation does not fit: an import of many records "
                    "needs Bulk, a single one Asynchronous or Synchronous."
                )
            )

    # === RECORD === #

    def _record(self, outcomes, failing):
        """Write down what became of the parcels, all in one statement.

        :return: whether to go on sending
        """
        self._give_back([o.parcel.id for o in outcomes if not o.tried])
        tried = [outcome for outcome in outcomes if outcome.tried]
        if tried:
            rows = [self._get_result(outcome, failing) for outcome in tried]
            # Who has cancelled a row meanwhile is overruled by an answer only.
            guard = SQL("(mindbox_request.state = 'pending' OR new.state = 'sent')")
            self.env["mindbox.request"]._update(rows, guard)
            self._acknowledge([o.parcel for o in tried if o.answer])
        if not self._is_running():
            return False
        for outcome in tried:
            if isinstance(outcome.error, MindboxMisconfigured):
                self._pause_misconfigured(str(outcome.error))
            elif isinstance(outcome.error, MindboxRejected):
                self._try_instead(outcome)
        return True

    def _acknowledge(self, parcels):
        """Keep in the ledger what Mindbox has accepted."""
        if not parcels:
            return
        ledger = self.env["mindbox.ledger"]
        ledger._acknowledge_requests([parcel.id for parcel in parcels])
        merge = self._get_operation("customer_merge")
        merges = [
            p.call.body for p in parcels if merge and p.call.operation == merge["name"]
        ]
        if merges:
            ledger._forget_merged(self, merges)

    def _give_back(self, ids):
        """Forget bodies that never left, so that a newer state can take their place."""
        if ids:
            self.env.execute_query(
                SQL(
                    """
                    UPDATE mindbox_request SET payload = NULL
                     WHERE id = ANY(%s) AND attempts = 0 AND merge_key IS NOT NULL
                    RETURNING id
                    """,
                    ids,
                )
            )

    def _get_result(self, outcome, failing):
        """Return the column values of a tried parcel's row."""
        now = fields.Datetime.now()
        result = {
            "id": outcome.parcel.id,
            "attempts": outcome.parcel.attempts + 1,
            "next_attempt_at": now,
            "sent_at": None,
            "error": None,
        }
        answer, error = outcome.answer, outcome.error
        if answer:
            return result | {
                "state": "sent",
                # As exact as the moment of the event: most take less than a second.
                "sent_at": datetime.utcnow(),
                "http_status": answer.http_status,
                "response": answer.text,
            }
        result |= {
            "error": _scrub(str(error), outcome.parcel.call.body),
            "http_status": getattr(error, "http_status", 0),
            "response": getattr(error, "response", ""),
        }
        if isinstance(error, MindboxMisconfigured):
            return result | {"state": "pending"}
        if isinstance(error, MindboxUnavailable):
            short = failing and outcome.parcel.attempts < SHORT_TRIES
            cap = HOLD_MAX_SHORT if short else ROW_RETRY_MAX
            delay = min(2 ** min(outcome.parcel.attempts, 10), cap)
            return result | {
                "state": "pending",
                "next_attempt_at": now + timedelta(seconds=delay),
            }
        if not isinstance(error, MindboxRejected):
            _logger.error("Call %s: %r", outcome.parcel.id, type(error))
            result["error"] = self.env._(
                "The call cannot be sent (%s).", type(error).__name__
            )
        return result | {"state": "rejected"}

    def _try_instead(self, outcome):
        """Where Mindbox knows the customer or order already, send the other event."""
        if outcome.error.http_status != 400:
            return
        request = self.env["mindbox.request"].browse(outcome.parcel.id).exists()
        if request and (instead := EVENTS[request.event].instead):
            record = self.env[request.res_model].browse(request.res_id).exists()
            record._mindbox_mark(instead)

    # === HOLD AND PAUSE === #

    def _hold(self, error, spent=0):
        """Leave Mindbox alone for a while: growing, jittered, at most 5 minutes.

        :param float spent: seconds since the failed call left; they count, so that a
            call that hangs does not delay the next one
        """
        now = fields.Datetime.now()
        since = self.failing_since or now
        failures = self.failures + 1
        if isinstance(error, MindboxThrottled):
            seconds = error.retry_after
        else:
            long = now - since > LONG_OUTAGE and self._count_failing_lanes() > 1
            cap = HOLD_MAX_LONG if long else HOLD_MAX_SHORT
            seconds = min(2 ** min(failures - 1, 10), cap) * random.uniform(0.75, 1.25)
            seconds = max(HOLD_MIN, seconds - spent)
        self.write(
            {
                "failing_since": since,
                "failures": failures,
                "held_until": now + timedelta(seconds=seconds),
                "hold_reason": str(error),
            }
        )

    def _count_failing_lanes(self):
        """Count the customers with failures: a single one is no proof of an outage."""
        [(count,)] = self.env.execute_query(
            SQL(
                """
                SELECT count(DISTINCT customer_key) FROM mindbox_request
                 WHERE endpoint_id = %s AND state = 'pending' AND attempts > 0
                """,
                self.id,
            )
        )
        return count

    def _forget_waits(self):
        """Let everything that waits be tried at once."""
        now = fields.Datetime.now()
        self.write(NOT_HELD | {"paced_until": False})
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

    def _pause_misconfigured(self, reason):
        """Stop until somebody has acted, and tell the responsible person once."""
        if self.state == "paused":
            return
        self._pause(reason)
        self._begin_alert("paused")


def _leave_busy(rows, passed_over, busy):
    """Return the rows that may leave now.

    :param set passed_over: lanes in which something comes before them
    :param dict busy: {merge key: lane} of the bodies that are on their way
    """
    free = []
    for row in rows:
        lane, key = row["customer_key"], row["merge_key"]
        if key and busy.get(key, lane) != lane:
            passed_over.add(lane)
        if lane not in passed_over:
            free.append(row)
    return free


def _is_deferred(alias):
    """Return the condition that a row waits for its next attempt.

    A date that is further ahead than any wait comes from a wrong clock.
    """
    return SQL(
        "%(row)s.attempts > 0"
        " AND %(row)s.next_attempt_at > now() at time zone 'UTC'"
        " AND %(row)s.next_attempt_at < now() at time zone 'UTC' + %(longest)s",
        row=SQL.identifier(alias),
        longest=LONGEST_WAIT,
    )


def to_text(body):
    """Return the exact text of a body; what is no Unicode becomes a question mark."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode()


def _get_parcel(row, operation):
    with_device = operation["send_device_uuid"]
    return Parcel(
        row["id"],
        row["customer_key"] or "",
        row["attempts"],
        Call(
            row["mode"],
            operation["name"],
            row["transaction_id"],
            row["payload"],
            with_device and row["device_uuid"] or "",
            with_device and row["customer_ip"] or "",
        ),
    )


def _scrub(reason, body):
    """Take personal data that Mindbox repeats out of a reason."""
    for value in _find_personal(body):
        reason = re.sub(re.escape(value), "…", reason, flags=re.IGNORECASE)
    return CONTACT_PATTERN.sub("…", reason)


def _find_personal(body):
    """Return the values of personal keys in a JSON body, the longest first."""
    found = set()

    def collect(pairs):
        found.update(
            str(value)
            for key, value in pairs
            if key in PERSONAL_KEYS and isinstance(value, str) and len(value) > 1
        )
        return {}

    with suppress(ValueError):
        json.loads(body, object_pairs_hook=collect)
    return sorted(found, key=len, reverse=True)
