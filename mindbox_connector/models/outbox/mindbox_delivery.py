# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claim, build, send, record: the only caller of the client, and the queue job."""

import json
import logging
import math
import random
import time
import traceback
from collections import defaultdict
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

import psycopg2

from odoo import fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, config

from odoo.addons.queue_job.exception import RetryableJobError

from ...client import CONNECT_TIMEOUT, Call
from ...exceptions import (
    MindboxMisconfigured,
    MindboxRejected,
    MindboxSkipped,
    MindboxUnavailable,
)
from .lanes import Lanes, Pace, Parcel
from .mindbox_hold import LONGEST_WAIT, get_retry_delay
from .scrub import scrub

_logger = logging.getLogger(__name__)

# A job works this long, then queues its successor: well under the worker's limits.
TIME_BUDGET = 25
# An answer that is still trickling in so long after its timeout is given up.
PATIENCE = 5
BATCH = 200
# Advisory lock: one delivery per integration point, on whichever node.
LOCK_CLASS = 0x4D42
LOCK_RETRY = 1
PROBE_TIMEOUT = 5
PROBE_INTERVAL = 6
CONCURRENCY_TRIES = 10
FROZEN_COLUMNS = ("id", "event", "operation_id", "mode", "state", "error", "payload")


class MindboxEndpoint(models.Model):
    _inherit = "mindbox.endpoint"

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
        if event not in self.env["mindbox.catalogue"]._get_events():
            # The add-on that knew it has left.
            raise MindboxSkipped(self.env._("There is no event “%s”.", event))
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
            "error": scrub(str(error), outcome.parcel.call.body),
            "http_status": getattr(error, "http_status", 0),
            "response": getattr(error, "response", ""),
        }
        if isinstance(error, MindboxMisconfigured):
            return result | {"state": "pending"}
        if isinstance(error, MindboxUnavailable):
            delay = get_retry_delay(outcome.parcel.attempts, failing)
            return result | {"state": "pending", "next_attempt_at": now + delay}
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
        event = self.env["mindbox.catalogue"]._get_events().get(request.event)
        if event and event.instead:
            record = self.env[request.res_model].browse(request.res_id).exists()
            record._mindbox_mark(event.instead)


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
