# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claim, build, send, record: the only caller of the client, and the queue job."""

import json
import logging
import random
import re
import time
import traceback
from collections import defaultdict
from contextlib import contextmanager, suppress
from datetime import timedelta

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

from ..catalogue import EVENTS
from ..client import Call
from ..exceptions import (
    MindboxMisconfigured,
    MindboxRejected,
    MindboxSkipped,
    MindboxThrottled,
    MindboxUnavailable,
)
from ..lanes import Lanes, Pace, Parcel

_logger = logging.getLogger(__name__)

# A job works this long, then queues its successor: well under the worker's limits.
TIME_BUDGET = 25
BATCH = 200
# Advisory lock: one delivery per integration point, on whichever node.
LOCK_CLASS = 0x4D42
LOCK_RETRY = 1
# While an outage is younger than an hour, ask often enough to go on within 10 s.
HOLD_MAX_SHORT = 6
HOLD_MAX_LONG = 240
LONG_OUTAGE = timedelta(hours=1)
ROW_RETRY_MAX = 300
CONCURRENCY_TRIES = 10

CLAIMED_COLUMNS = (
    "id, endpoint_id, operation_id, event, mode, res_model, res_id, partner_id, "
    "customer_key, merge_key, transaction_id, occurred_at, attempts, payload, "
    "device_uuid, customer_ip"
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


class MindboxEndpoint(models.Model):
    _inherit = "mindbox.endpoint"

    paced_until = fields.Datetime(readonly=True, copy=False)

    # === THE KICK === #

    def _kick_after_commit(self):
        """Queue a delivery once the current transaction is committed."""
        ids = self.ids

        @self.env.cr.postcommit.add
        def kick():
            self._kick_on_fresh_cursor(ids, [])

    @api.model
    def _kick_on_fresh_cursor(self, endpoint_ids, request_ids):
        """Merge what waits twice and queue a delivery job, after a commit.

        On a fresh cursor, since only what others can see may be judged. Nothing that
        goes wrong here may reach the shopper: the sweeper does it again.
        """
        try:
            with self.env.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                # Losing this commit in a crash is fine: no need to wait for the disk.
                cr.execute("SET LOCAL synchronous_commit TO off")
                if request_ids:
                    env["mindbox.request"]._merge_waiting(request_ids)
                env["mindbox.endpoint"].browse(endpoint_ids)._kick()
        except Exception as error:
            _logger.warning("Delivery not queued yet: %s", type(error).__name__)

    def _kick(self, seconds=0):
        """Queue a delivery job of each endpoint, unless one is waiting already.

        :param float seconds: start that much later, beside a job that starts at once
        """
        for endpoint in self.filtered(lambda endpoint: endpoint.state == "running"):
            suffix = "later" if seconds else "now"
            endpoint.with_delay(
                identity_key=f"mindbox.deliver.{endpoint.id}.{suffix}",
                description=self.env._("Deliver to Mindbox: %s", endpoint.name),
                eta=max(1, round(seconds)) if seconds else None,
                max_retries=0,
            )._deliver()

    @api.model
    def _cron_sweep(self):
        """Queue deliveries where a crash or a lost connection ate the kick."""
        due = self.env["mindbox.request"]._read_group(
            [
                ("state", "=", "pending"),
                ("next_attempt_at", "<=", fields.Datetime.now()),
                ("endpoint_id.state", "=", "running"),
            ],
            ["endpoint_id"],
        )
        for (endpoint,) in due:
            endpoint._kick()

    # === THE JOB === #

    def _deliver(self):
        """Send what waits for this integration point."""
        self.ensure_one()
        if self.state != "running":
            return self.env._("The integration point is not running.")
        self._wait_while_held()
        with self._delivery_lock() as locked:
            if not locked:
                raise RetryableJobError(
                    self.env._("Another delivery is at work."),
                    seconds=LOCK_RETRY,
                    ignore_retry=True,
                )
            sent = self._deliver_within_budget()
        self._wait_while_held()
        return self.env._("%s requests worked off.", sent)

    def _wait_while_held(self):
        """Give the job back to the queue until the hold ends."""
        self.invalidate_recordset(["held_until", "hold_reason"])
        if self.held_until and self.held_until > fields.Datetime.now():
            rest = (self.held_until - fields.Datetime.now()).total_seconds()
            raise RetryableJobError(
                self.hold_reason, seconds=max(1, round(rest + 0.5)), ignore_retry=True
            )

    @contextmanager
    def _delivery_lock(self):
        """Hold the endpoint's session lock; it does not end with a commit."""
        cr = self.env.cr
        cr.execute("SELECT pg_try_advisory_lock(%s, %s)", (LOCK_CLASS, self.id))
        (locked,) = cr.fetchone()
        try:
            yield locked
        finally:
            if locked:
                cr.rollback()
                cr.execute("SELECT pg_advisory_unlock(%s, %s)", (LOCK_CLASS, self.id))
                self._commit()

    def _deliver_within_budget(self):
        """Claim, send and record until nothing is due or the time is over.

        While the threads send, the next rows are claimed and built, so that nobody
        waits for the other.
        """
        pace = Pace(self.rate_limit, self._get_pace_delay())
        lanes = Lanes(self._get_client().send, self.concurrency, pace)
        try:
            done = self._fill_and_empty(lanes)
        finally:
            lanes.close()
        self._committed(lambda: self._finish(lanes, pace))
        return done

    def _fill_and_empty(self, lanes):
        deadline = time.monotonic() + TIME_BUDGET
        # After an outage start with one call, then double while all goes well.
        window = 1 if self.failures else self._get_batch_size()
        on_the_way, done = set(), 0
        more = True
        while more or lanes.outstanding:
            if time.monotonic() > deadline:
                lanes.stop()
            if lanes.stopped:
                more = False
            elif more and lanes.outstanding <= window // 2:
                parcels = self._claim_committed(window, on_the_way, lanes.closed)
                more = bool(parcels)
                on_the_way.update(parcel.id for parcel in parcels)
                lanes.put(parcels)
            outcomes = lanes.take(timeout=0.2) if lanes.outstanding else []
            if outcomes:
                self._record_committed(outcomes, lanes.failing)
                on_the_way.difference_update(outcome.parcel.id for outcome in outcomes)
                done += sum(outcome.answer is not None for outcome in outcomes)
                more = True
                if not lanes.failing:
                    window = min(window * 2, self._get_batch_size())
        return done

    def _claim_committed(self, limit, on_the_way, closed_lanes):
        return self._committed(lambda: self._claim(limit, on_the_way, closed_lanes))

    def _record_committed(self, outcomes, failing):
        self._committed(lambda: self._record(outcomes, failing))

    def _get_batch_size(self):
        """Claim no more than the pace lets through in one run."""
        return max(1, min(BATCH, self.rate_limit * TIME_BUDGET // 60))

    def _get_pace_delay(self):
        if not self.paced_until:
            return 0
        return max(0, (self.paced_until - fields.Datetime.now()).total_seconds())

    def _finish(self, lanes, pace):
        """Leave the endpoint as the next job needs it, and queue that job."""
        self.invalidate_recordset()
        if pace.delay > 1:
            self.paced_until = fields.Datetime.now() + timedelta(seconds=pace.delay + 1)
        if self.state != "running":
            return
        if lanes.failure:
            self._hold(lanes.failure)
            return
        if self.failures:
            self.write(NOT_HELD)
        delay = self._get_next_due_delay()
        if delay is not None:
            self._kick(seconds=max(delay, pace.delay if pace.delay > 1 else 0))

    def _get_next_due_delay(self):
        """Return in how many seconds a waiting row is due, None where none waits."""
        [(moment,)] = self.env.execute_query(
            SQL(
                """
                SELECT LEAST(
                    (SELECT min(next_attempt_at) FROM mindbox_request
                      WHERE endpoint_id = %(id)s AND state = 'pending'
                        AND attempts > 0),
                    (SELECT next_attempt_at FROM mindbox_request
                      WHERE endpoint_id = %(id)s AND state = 'pending'
                        AND attempts = 0
                      ORDER BY priority, id LIMIT 1)
                )
                """,
                id=self.id,
            )
        )
        if moment is None:
            return None
        return max(0.0, (moment - fields.Datetime.now()).total_seconds())

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
        """Take due rows in order, freeze their bodies and return them as parcels."""
        rows = self._lock_due_rows(limit, on_the_way, closed_lanes)
        rows = self.env["mindbox.request"]._merge(rows)
        self._freeze([row for row in rows if row["payload"] is None])
        operations = {
            operation.id: operation._get_route_values()
            for operation in self.with_context(active_test=False).operation_ids
        }
        return [
            _get_parcel(row, operations[row["operation_id"]])
            for row in rows
            if row["payload"] is not None and row["operation_id"] in operations
        ]

    def _lock_due_rows(self, limit, on_the_way, closed_lanes):
        """Return due rows in the order of the queue.

        A customer with an earlier row that waits for another attempt is left alone,
        and so is all that comes after a row some transaction holds a lock on.
        """
        candidates = self.env.execute_query(
            SQL(
                """
                SELECT id, customer_key
                  FROM mindbox_request due
                 WHERE endpoint_id = %(endpoint)s AND state = 'pending'
                   AND next_attempt_at <= now() at time zone 'UTC'
                   AND id != ALL(%(on_the_way)s)
                   AND customer_key != ALL(%(closed)s)
                   AND NOT EXISTS (
                       SELECT 1 FROM mindbox_request deferred
                        WHERE deferred.endpoint_id = due.endpoint_id
                          AND deferred.customer_key = due.customer_key
                          AND deferred.state = 'pending' AND deferred.attempts > 0
                          AND deferred.next_attempt_at > now() at time zone 'UTC'
                          AND (deferred.priority, deferred.id) < (due.priority, due.id)
                   )
                 ORDER BY priority, id
                 LIMIT %(limit)s
                """,
                endpoint=self.id,
                on_the_way=list(on_the_way),
                closed=list(closed_lanes),
                limit=limit,
            )
        )
        if not candidates:
            return []
        locked = self.env.execute_query_dict(
            SQL(
                """
                SELECT %s FROM mindbox_request
                 WHERE id = ANY(%s) AND state = 'pending'
                 ORDER BY priority, id
                   FOR UPDATE SKIP LOCKED
                """,
                SQL(CLAIMED_COLUMNS),
                [row_id for row_id, _key in candidates],
            )
        )
        locked_ids = {row["id"] for row in locked}
        passed_over = {key for row_id, key in candidates if row_id not in locked_ids}
        return [row for row in locked if row["customer_key"] not in passed_over]

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
        row.update(self._build_values(record, row["event"], row["occurred_at"]))

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
        operation = self._get_operation(
            record._mindbox_operation_of(event, self), record._mindbox_is_guest()
        )
        if not operation:
            raise MindboxSkipped(self.env._("The operation is switched off."))
        body = getattr(record, f"_mindbox_{event}_body")(self, **facts)
        if operation["send_execution_time"]:
            body["executionDateTimeUtc"] = self._format_moment(occurred_at)
        return {
            "event": event,
            "operation_id": operation["id"],
            "mode": operation["mode"],
            "payload": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        }

    # === RECORD === #

    def _record(self, outcomes, failing):
        """Write down what became of the parcels, all in one statement."""
        self._give_back([o.parcel.id for o in outcomes if not o.tried])
        tried = [outcome for outcome in outcomes if outcome.tried]
        if tried:
            rows = [self._get_result(outcome, failing) for outcome in tried]
            self.env["mindbox.request"]._update(rows)
        for outcome in tried:
            if isinstance(outcome.error, MindboxMisconfigured):
                self._pause_misconfigured(str(outcome.error))
            elif isinstance(outcome.error, MindboxRejected):
                self._try_instead(outcome)

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
                "sent_at": now,
                "http_status": answer.http_status,
                "response": answer.text,
            }
        result |= {
            "error": _scrub(str(error), outcome.parcel.call.body),
            "http_status": getattr(error, "http_status", 0),
            "response": getattr(error, "response", ""),
        }
        if isinstance(error, MindboxUnavailable | MindboxMisconfigured):
            cap = HOLD_MAX_SHORT if failing else ROW_RETRY_MAX
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
        request = self.env["mindbox.request"].browse(outcome.parcel.id)
        if instead := EVENTS[request.event].instead:
            self.env[request.res_model].browse(request.res_id)._mindbox_mark(instead)

    # === HOLD AND PAUSE === #

    def _hold(self, error):
        """Leave Mindbox alone for a while: growing, jittered, at most 5 minutes."""
        now = fields.Datetime.now()
        since = self.failing_since or now
        failures = self.failures + 1
        if isinstance(error, MindboxThrottled):
            seconds = error.retry_after
        else:
            cap = HOLD_MAX_LONG if now - since > LONG_OUTAGE else HOLD_MAX_SHORT
            seconds = min(2 ** min(failures - 1, 10), cap) * random.uniform(0.75, 1.25)
        self.write(
            {
                "failing_since": since,
                "failures": failures,
                "held_until": now + timedelta(seconds=seconds),
                "hold_reason": str(error),
            }
        )

    def _pause_misconfigured(self, reason):
        """Stop until somebody has acted, and tell the responsible person once."""
        if self.state == "paused":
            return
        self._pause(reason)
        self.activity_schedule(
            "mindbox_connector.activity_type_paused",
            note=reason,
            user_id=self.user_id.id or SUPERUSER_ID,
        )


def _get_parcel(row, operation):
    with_device = operation["send_device_uuid"]
    return Parcel(
        row["id"],
        row["customer_key"],
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
