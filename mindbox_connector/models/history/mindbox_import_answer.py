# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Mindbox answers to a file, and what becomes of the import then."""

from markupsafe import escape

from odoo import SUPERUSER_ID, fields, models

from ...exceptions import (
    MindboxMisconfigured,
    MindboxRejected,
    MindboxThrottled,
    MindboxUnavailable,
)
from ...reasons import Reason
from ..outbox.scrub import scrub
from .csv_file import read_rows
from .mindbox_catalogue import IMPORT_EVENT

# Refused files without one that is accepted: it is not a single record.
REFUSALS_TO_PAUSE = 10
# Records of a file that go into the ledger at once.
LEDGER_SIZE = 5000


class MindboxImport(models.Model):
    _name = "mindbox.import"
    _inherit = ["mindbox.import"]

    def _record_success(self, chunk, answer, file):
        text = answer.text if chunk._is_sent_as(file) else False
        self._log(chunk, "sent", http_status=answer.http_status, response=text)
        if self.refusals:
            self.refusals = 0
        self.endpoint_id._release()
        chunk._acknowledge(self)
        chunk._tell_changed(self)
        chunk._advance(self)

    def _record_failure(self, chunk, error, file):
        """Decide by who must act; see the exceptions.

        :return: seconds to wait for, if any
        """
        reason = scrub(error.reason, "")
        if not chunk._is_sent_as(file):
            reason, error.response = reason._replace(details=None), False
        chunk.write(reason.get_values())
        if isinstance(error, MindboxThrottled):
            # The limit of files is not one of calls: the shop's events go on.
            self._hold(error.retry_after, reason)
        elif isinstance(error, MindboxUnavailable):
            self.endpoint_id._hold(error)
        elif isinstance(error, MindboxMisconfigured):
            self.endpoint_id._pause_misconfigured(error)
        elif isinstance(error, MindboxRejected):
            return self._record_refusal(chunk, error, reason)
        return self._get_wait()

    def _record_refusal(self, chunk, error, reason):
        self._log(
            chunk,
            "rejected",
            http_status=error.http_status,
            response=error.response,
            **reason.get_values(),
        )
        self.refusals += 1
        if self.refusals >= REFUSALS_TO_PAUSE:
            self._pause_refused(reason)
        chunk._isolate(self, reason)

    def _pause_refused(self, reason):
        """It is not a single record: somebody must look at it."""
        self._pause(Reason("files_refused", {"reason": list(reason)}))
        user = self.endpoint_id.user_id or self.env["res.users"].browse(SUPERUSER_ID)
        run = self.with_context(lang=user.lang)
        run.activity_schedule(
            "mindbox_connector.activity_type_import_paused",
            summary=run.env._("The import has stopped"),
            # What Mindbox says may hold anything.
            note=escape(run.pause_reason),
            user_id=user.id,
        )

    def _log(self, chunk, state, **values):
        """Show a file among the requests, without its content."""
        now = fields.Datetime.now()
        content = chunk.content_id.raw
        header = ";".join(next(read_rows(content))) if content else ""
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
                "outcome": state == "sent" and "unknown",
                "payload": f"{chunk.operation}\n{header}\n… {chunk.rows}",
                **values,
            }
        )


class MindboxImportChunk(models.Model):
    _name = "mindbox.import.chunk"
    _inherit = ["mindbox.import.chunk"]

    def _acknowledge(self, run):
        """Keep in the ledger what Mindbox has accepted."""
        reader = run._get_reader()
        ledger = self.env["mindbox.ledger"]
        if not reader._ledger or self.file != reader._files[-1]:
            return
        told = self._get_told()
        for start in range(0, len(told), LEDGER_SIZE):
            part = told[start : start + LEDGER_SIZE]
            besides = [row.pop("besides", {}) for row in part]
            part = reader._add_told_points(run.endpoint_id, part)
            ledger._acknowledge(run.endpoint_id, reader._ledger, part)
            for kind in set().union(*besides):
                rows = [row for more in besides for row in more.get(kind, ())]
                ledger._acknowledge(run.endpoint_id, kind, rows)

    def _end_without(self, run):
        """There is nothing to send: what the files before have told counts."""
        self._acknowledge(run)
        self._advance(run)

    def _tell_changed(self, run):
        """Tell again what has changed in the shop while the file was on its way."""
        reader = run._get_reader()
        ids = [row["res_id"] for row in self._get_told()]
        for start in range(0, len(ids), LEDGER_SIZE):
            records = reader.env[reader._source].browse(
                ids[start : start + LEDGER_SIZE]
            )
            reader._get_changed(run, records, self.frozen_at)

    def _isolate(self, run, reason):
        """Find the record for which a file was refused: divide it, or reject it."""
        ids = [row["res_id"] for row in self._get_told()]
        self._forget_files()
        if len(ids) <= 1:
            self._reject(run, ids, reason)
            return
        middle = ids[len(ids) // 2 - 1]
        half = self.create(
            {
                "import_id": run.id,
                "file": self.file,
                "after_id": middle,
                "last_id": self.last_id,
                "depth": self.depth + 1,
            }
        )
        beyond = self.line_ids.filtered(lambda line: line.res_id > middle)
        beyond.chunk_id = half
        self.write({"state": "open", "last_id": middle, "depth": self.depth + 1})

    def _reject(self, run, ids, reason):
        for record_id in ids:
            self.env["mindbox.import.line"].create(
                {
                    "import_id": run.id,
                    "chunk_id": self.id,
                    "file": self.file,
                    "res_model": run._get_reader()._source,
                    "res_id": record_id,
                    "state": "rejected",
                    **reason.get_values(),
                }
            )
        self.write({"records": 0})
        self._finish()
