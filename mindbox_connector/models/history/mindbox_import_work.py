# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How an import is worked off: the job, its pace, and what Mindbox may answer."""

import logging
import time
import traceback
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, config

from odoo.addons.queue_job.exception import RetryableJobError

from ...client import CONNECT_TIMEOUT, Call
from ...exceptions import (
    MindboxError,
    MindboxMisconfigured,
    MindboxRejected,
    MindboxThrottled,
    MindboxUnavailable,
)
from ..outbox.mindbox_hold import HOLD_LIMIT, get_longest_rest
from ..outbox.scrub import CONTACT_PATTERN
from .mindbox_catalogue import IMPORT_EVENT

_logger = logging.getLogger(__name__)

JOB_KEY = "mindbox.import."
# A job works this long, then makes room for others; a file is built within it.
TIME_BUDGET = 25
# Contract: clients give a bulk call five minutes.
BULK_TIMEOUT = 300
LOCK_CLASS = 0x4D43
LOCK_RETRY = 2
# Another import goes first, or its requests are on their way: look again.
LOOK_AGAIN = 5
# So many refused files without one that is accepted: it is not a single record.
REFUSALS_TO_PAUSE = 10
RECORDS_AT_ONCE = 200
RECORDS_ON_THE_WAY = 400


class MindboxImport(models.Model):
    _inherit = "mindbox.import"

    # === THE JOB === #

    def _kick_after_commit(self):
        """Queue the work once the current transaction is committed."""
        ids = self.ids

        @self.env.cr.postcommit.add
        def kick():
            with self.env.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                env["mindbox.import"].browse(ids)._kick()

    def _kick(self):
        for run in self.exists().filtered(lambda run: run.state == "running"):
            key = f"{JOB_KEY}{run.id}"
            run.endpoint_id._hurry_job(key, 0)
            run.with_company(run.company_id).with_delay(
                identity_key=key,
                description=self.env._("Import to Mindbox: %s", run.display_name),
                max_retries=0,
            )._work()

    def _work(self):
        """Import what is left, some files at a time."""
        self.ensure_one()
        try:
            with self._work_lock() as locked:
                wait = self._work_within_budget() if locked else LOCK_RETRY
        except Exception as error:
            wait = self._hold_after_failure(error)
        if wait is not None:
            raise RetryableJobError(
                self.exists().status or "", seconds=max(1, int(wait)), ignore_retry=True
            )
        return self.env._("Nothing left to do.")

    @contextmanager
    def _work_lock(self):
        """Tell whether this is the only job of the import, on any node."""
        with self.env.registry.cursor() as cr:
            cr.execute(
                "SELECT pg_try_advisory_xact_lock(%s, %s)", (LOCK_CLASS, self.id)
            )
            (locked,) = cr.fetchone()
            # See what the job before this one has written down.
            self.endpoint_id._commit()
            self.invalidate_recordset()
            yield locked

    def _hold_after_failure(self, error):
        """A fault of the connector itself neither floods the monitor nor gives up."""
        where = traceback.extract_tb(error.__traceback__)[-1]
        # The text of an exception may hold personal data: only its kind is kept.
        _logger.error("Import %s: %s in %s", self.id, type(error).__name__, where)
        reason = self.env._(
            "The delivery itself failed (%s), see the log.", type(error).__name__
        )
        self.env.cr.rollback()
        self._committed(lambda: self._hold(60, reason))
        return 60

    def _work_within_budget(self):
        """Work until nothing is left, something has to be waited for, or time is up.

        :return: seconds to wait for, None where nothing is left to do
        """
        deadline = time.monotonic() + TIME_BUDGET
        while self._committed(self._is_running):
            if time.monotonic() > deadline:
                return 1
            if wait := self._committed(self._get_wait):
                return wait
            advance = self._advance_records if self.way == "records" else self._advance
            wait = advance(lambda: time.monotonic() > deadline)
            if wait:
                return wait
        return None

    def _committed(self, work):
        return self.endpoint_id._committed(work)

    def _is_running(self):
        self.invalidate_recordset(["state"])
        return bool(self.exists()) and self.state == "running"

    def _get_wait(self):
        """Return the seconds to wait for somebody else, 0 for nobody."""
        endpoint = self.endpoint_id
        endpoint.invalidate_recordset(["state"])
        if self.way != "files" and endpoint.state != "running":
            return 60
        if self.way != "files" and self._find_before():
            return LOOK_AGAIN
        return self._get_rest()[0]

    def _get_rest(self):
        """Return (seconds until a file may leave, why)."""
        endpoint = self.endpoint_id
        self.invalidate_recordset(["held_until", "hold_reason"])
        endpoint.invalidate_recordset(["held_until", "hold_reason"])
        holds = [(self.held_until, self.hold_reason)]
        if self.way == "bulk":
            holds.append((endpoint.held_until, endpoint.hold_reason))
        return get_longest_rest(holds)

    def _hold(self, seconds, reason):
        until = fields.Datetime.now() + timedelta(seconds=seconds)
        self.write({"held_until": until, "hold_reason": reason})

    # === CHUNK BY CHUNK === #

    def _advance(self, deadline):
        """Build or send the next file.

        :return: seconds to wait for, if any
        """
        chunk = self._committed(self._next_chunk)
        if not chunk:
            return self._committed(self._finish)
        if chunk.state == "open":
            self._committed(lambda: chunk._freeze(self, deadline))
        if self.way == "files" or not chunk.rows:
            return self._committed(lambda: chunk._advance(self))
        if wait := self._committed(self.endpoint_id._get_bulk_rest):
            reason = self.env._("Keeps to the files per hour.")
            self._committed(lambda: self._hold(min(wait, HOLD_LIMIT - 1), reason))
            return min(wait, 60)
        return self._send(chunk)

    def _next_chunk(self):
        """Return the chunk that is next, a new one where none is under way."""
        chunks = self.env["mindbox.import.chunk"]
        mine = [("import_id", "=", self.id)]
        unfinished = ("state", "in", ("open", "frozen"))
        if chunk := chunks.search([*mine, unfinished], limit=1):
            return chunk
        reached = chunks.search(mine, order="last_id DESC", limit=1).last_id
        reader = self._get_reader()
        reader._flush()
        if not reader._find_ids(self, reached, self.last_id, 1):
            return chunks
        file = reader._files[0]
        return chunks.create({"import_id": self.id, "after_id": reached, "file": file})

    def _finish(self):
        self.write({"state": "done", "finished_at": fields.Datetime.now()})

    def _send(self, chunk):
        """Send the file of a chunk and write down what came back.

        :return: seconds to wait for, if any
        """
        now = fields.Datetime.now()
        attempt = {"attempts": chunk.attempts + 1, "last_attempt_at": now}
        self._committed(lambda: chunk.write(attempt))
        call = Call(
            "bulk",
            chunk.operation,
            chunk.transaction_id,
            chunk.content_id.raw,
            options=self._get_reader()._get_options(chunk.file),
        )
        client = self.endpoint_id._get_client(self._get_timeout())
        self.endpoint_id._commit()
        try:
            answer = client.send(call)
        except MindboxError as error:
            return self._committed(partial(self._record_failure, chunk, error))
        return self._committed(lambda: self._record_success(chunk, answer))

    def _get_timeout(self):
        """Return how long to wait for an answer: the worker must outlive it."""
        if real := config["limit_time_real"]:
            return max(5, min(BULK_TIMEOUT, real - TIME_BUDGET - 2 * CONNECT_TIMEOUT))
        return BULK_TIMEOUT

    def _record_success(self, chunk, answer):
        self._log(chunk, "sent", http_status=answer.http_status, response=answer.text)
        if self.refusals:
            self.refusals = 0
        self.endpoint_id._release()
        chunk._acknowledge(self)
        chunk._tell_changed(self)
        chunk._advance(self)

    def _record_failure(self, chunk, error):
        """Decide by who must act; see the exceptions.

        :return: seconds to wait for, if any
        """
        chunk.error = reason = CONTACT_PATTERN.sub("…", str(error))
        if isinstance(error, MindboxThrottled):
            # The limit of files is not one of calls: the shop's events go on.
            self._hold(error.retry_after, reason)
        elif isinstance(error, MindboxUnavailable):
            self.endpoint_id._hold(error)
        elif isinstance(error, MindboxMisconfigured):
            self.endpoint_id._pause_misconfigured(reason)
        elif isinstance(error, MindboxRejected):
            return self._record_refusal(chunk, error, reason)
        return self._get_wait()

    def _record_refusal(self, chunk, error, reason):
        self._log(
            chunk,
            "rejected",
            http_status=error.http_status,
            response=error.response,
            error=reason,
        )
        self.refusals += 1
        if self.refusals >= REFUSALS_TO_PAUSE:
            self._pause_refused(reason)
        chunk._isolate(self, reason)

    def _pause_refused(self, reason):
        """It is not a single record: somebody must look at it."""
        note = self.env._("Mindbox refuses one file after another: %s", reason)
        self._pause(note)
        self.activity_schedule(
            "mindbox_connector.activity_type_import_paused",
            summary=self.env._("The import has stopped"),
            note=note,
            user_id=self.endpoint_id.user_id.id or SUPERUSER_ID,
        )

    def _log(self, chunk, state, **values):
        """Show a file among the requests, without its content."""
        now = fields.Datetime.now()
        header = ";".join(self._get_reader()._get_header(self, chunk.file))
        self.env["mindbox.request"].create(
            {
                "endpoint_id": self.endpoint_id.id,
                "event": IMPORT_EVENT,
                "mode": "bulk",
                "res_model": self._name,
                "res_id": self.id,
                "import_chunk_id": chunk.id,
                "customer_key": f"import-{self.id}",
                "transaction_id": chunk.transaction_id,
                "occurred_at": chunk.frozen_at,
                "priority": 1000,
                "state": state,
                "attempts": chunk.attempts,
                "next_attempt_at": now,
                "sent_at": state == "sent" and now,
                "payload": f"{chunk.operation}\n{header}\n… {chunk.rows}",
                **values,
            }
        )

    # === RECORD BY RECORD === #

    def _advance_records(self, deadline):
        """Put the next records behind the events of the shop, in small portions.

        :return: seconds to wait for, if any
        """
        self._committed(self._collect)
        if self._committed(self._count_on_the_way) >= RECORDS_ON_THE_WAY:
            return 1
        chunk = self._committed(self._put_records)
        if chunk:
            return 0
        on_the_way = self._committed(self._count_on_the_way)
        return 1 if on_the_way else self._committed(self._finish)

    def _count_on_the_way(self):
        return self.env["mindbox.request"].search_count(
            [("import_chunk_id.import_id", "=", self.id), ("state", "=", "pending")]
        )

    def _put_records(self):
        """Record the requests of the next records as a chunk; return it, if any."""
        chunks = self.env["mindbox.import.chunk"]
        mine = [("import_id", "=", self.id)]
        reached = chunks.search(mine, order="last_id DESC", limit=1).last_id
        reader = self._get_reader()
        reader._flush()
        ids = reader._find_ids(self, reached, self.last_id, RECORDS_AT_ONCE)
        if not ids:
            return chunks
        chunk = chunks.create(
            {
                "import_id": self.id,
                "after_id": reached,
                "last_id": ids[-1],
                "file": reader._files[0],
                "state": "frozen",
                "frozen_at": fields.Datetime.now(),
            }
        )
        records = reader.env[reader._source].browse(ids)
        rows = self._prepare_chunk(reader, chunk, records)
        if rows:
            names = {name for row in rows for name in row}
            self.env["mindbox.request"]._insert(
                [{name: row.get(name) for name in names} for row in rows]
            )
        chunk.rows = len(rows)
        self.endpoint_id._kick_after_commit()
        return chunk

    def _prepare_chunk(self, reader, chunk, records):
        """Return the requests of records; who has none is rejected."""
        rows = []
        for record in records:
            try:
                with self.env.cr.savepoint():
                    requests = reader._prepare_requests(self, record)
                    rows += [row | {"import_chunk_id": chunk.id} for row in requests]
            except UserError:
                raise
            except Exception as error:
                failure = reader._get_failure(record.id, error)
                chunk._insert_lines(self, [failure])
        return rows

    def _collect(self):
        """End the chunks whose requests have all ended, with the counts of records."""
        chunks = self.env["mindbox.import.chunk"].search(
            [("import_id", "=", self.id), ("state", "=", "frozen")]
        )
        waiting = self.env["mindbox.request"]._read_group(
            [("import_chunk_id", "in", chunks.ids), ("state", "=", "pending")],
            ["import_chunk_id"],
        )
        for chunk in chunks - chunks.browse(chunk.id for (chunk,) in waiting):
            chunk._collect(self)


class MindboxImportChunk(models.Model):
    _inherit = "mindbox.import.chunk"

    def _collect(self, run):
        """Count what became of the records of a chunk whose requests have ended.

        A record with a refused request is rejected; one with nothing sent is skipped.
        """
        outcomes = self.env.execute_query(
            SQL(
                """
                SELECT res_id, bool_or(state = 'rejected'), bool_or(state = 'sent'),
                       min(error) FILTER (WHERE state = 'rejected'), min(error)
                  FROM mindbox_request WHERE import_chunk_id = %s
                 GROUP BY res_id ORDER BY res_id
                """,
                self.id,
            )
        )
        reader = run._get_reader()
        problems = [
            reader._get_outcome(record_id, rejected, why or first)
            for record_id, rejected, sent, why, first in outcomes
            if rejected or not sent
        ]
        self._insert_lines(run, problems)
        self.write({"records": len(outcomes) - len(problems)})
        self._finish()
