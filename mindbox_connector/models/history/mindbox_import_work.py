# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How an import is worked off: the job, what it waits for, file by file."""

import gzip
import time
from datetime import timedelta
from functools import partial

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import config

from odoo.addons.queue_job.exception import RetryableJobError

from ...client import CONNECT_TIMEOUT, Call
from ...exceptions import MindboxError
from ...reasons import Reason
from ..job.mindbox_job import TIME_BUDGET, Job
from ..outbox.mindbox_hold import HOLD_LIMIT, get_longest_rest

# In the order that Mindbox recommends; segments come with the add-on that makes them.
KIND_ORDER = {"customers": 10, "cards": 20, "orders": 30, "segments": 40}
# The files whose pages at Mindbox name gzip; others are refused where they have it.
ZIPPED_FILES = frozenset({"customers", "cards"})
# A file is built within its time.
IMPORT = Job("_work", "mindbox.import.", lock=0x4D43, look_again=2)
# Contract: clients give a bulk call five minutes.
BULK_TIMEOUT = 300
# Another import goes first, or its requests are on their way: look again.
LOOK_AGAIN = 5
# Seconds of rest after a fault of the connector itself.
FAULT_HOLD = 60


class MindboxImport(models.Model):
    _name = "mindbox.import"
    _inherit = ["mindbox.import", "mindbox.job"]

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
            description = self.env._("Import to Mindbox: %s", run.display_name)
            run._put_job(IMPORT, description, max_retries=0)

    def _work(self):
        """Import what is left, some files at a time."""
        self.ensure_one()
        wait = self._work_alone(IMPORT, self._work_within_budget)
        if wait is not None:
            raise RetryableJobError(
                self.exists().status or "", seconds=max(1, int(wait)), ignore_retry=True
            )
        return self.env._("Nothing left to do.")

    def _work_within_budget(self):
        """Work until nothing is left, something has to be waited for, or time is up.

        :return: seconds to wait for, None where nothing is left to do
        """
        deadline = time.monotonic() + self._get_time_budget()
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

    def _find_before(self):
        """Return a running import of the same integration point that goes first."""
        running = self.search(
            [
                ("endpoint_id", "=", self.endpoint_id.id),
                ("state", "=", "running"),
                ("way", "!=", "files"),
                ("id", "!=", self.id),
            ]
        )
        place = KIND_ORDER[self.kind], self.id
        earlier = running.filtered(lambda run: (KIND_ORDER[run.kind], run.id) < place)
        return earlier.sorted(lambda run: KIND_ORDER[run.kind])[:1]

    def _get_rest(self):
        """Return (seconds until a file may leave, why)."""
        holds = [self._get_hold()]
        if self.way == "bulk":
            holds.append(self.endpoint_id._get_hold())
        return get_longest_rest(holds)

    def _hold_after_fault(self, reason):
        self._hold(FAULT_HOLD, reason)
        return FAULT_HOLD

    def _hold(self, seconds, reason):
        until = fields.Datetime.now() + timedelta(seconds=seconds)
        self.write({"held_until": until, **reason.get_values("hold_")})

    # === FILE BY FILE === #

    def _advance(self, deadline):
        """Build or send the next file.

        :return: seconds to wait for, if any
        """
        chunk = self._committed(self._next_chunk)
        if not chunk:
            return self._committed(self._finish)
        if chunk.state == "open":
            self._committed(lambda: chunk._freeze(self, deadline))
        self._committed(chunk._forget_late)
        if self.way == "files":
            return self._committed(lambda: chunk._advance(self))
        if not chunk.rows:
            return self._committed(lambda: chunk._end_without(self))
        if wait := self._committed(self.endpoint_id._get_bulk_rest):
            rest = min(wait, HOLD_LIMIT - 1)
            self._committed(lambda: self._hold(rest, Reason("files_pace")))
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
        compressed = chunk.file in ZIPPED_FILES
        content = chunk.content_id.raw
        call = Call(
            "bulk",
            chunk.operation,
            chunk.transaction_id,
            content if compressed else gzip.decompress(content),
            options=self._get_reader()._get_options(chunk.file),
            compressed=compressed,
        )
        file = chunk.content_id
        client = self.endpoint_id._get_client(self._get_timeout())
        self._commit()
        try:
            answer = client.send(call)
        except MindboxError as error:
            return self._committed(partial(self._record_failure, chunk, error, file))
        return self._committed(lambda: self._record_success(chunk, answer, file))

    def _get_timeout(self):
        """Return how long to wait for an answer: the worker must outlive it."""
        if real := config["limit_time_real"]:
            return max(5, min(BULK_TIMEOUT, real - TIME_BUDGET - 2 * CONNECT_TIMEOUT))
        return BULK_TIMEOUT
