# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The file of a chunk: how it is built, kept for retries, and forgotten."""

import gzip
import json
import uuid

from odoo import api, fields, models

from ...parameters import get_number
from ...reasons import NO_REASON
from ..outbox.mindbox_retention import RETENTION_DAYS
from .csv_file import CsvFile
from .mindbox_import_chunk import RECORDS_READ

# A file stays well under Mindbox's 200 MB, and is built well within a worker's limits.
MAX_FILE_BYTES = 150 * 1024 * 1024


class MindboxImportChunk(models.Model):
    _name = "mindbox.import.chunk"
    _inherit = ["mindbox.import.chunk"]

    def _freeze(self, run, deadline):
        """Build the file of the chunk and store it with its transaction ID.

        A new chunk ends where its file is full, or where ``deadline()`` says so.
        """
        reader = run._get_reader()
        reader._flush()
        self._forget_lines()
        csv_file = CsvFile(reader._get_header(run, self.file), reader._may_be_empty)
        told, problems, after = [], [], self.after_id
        for ids in self._find_ids(run, reader, csv_file, deadline):
            after = ids[-1]
            # Who was rejected in an earlier file of the chunk is in none afterwards.
            stopped = self._get_stopped_ids(ids)
            left = [record_id for record_id in ids if record_id not in stopped]
            for item in reader._read(run, self.file, left):
                if item.state:
                    problems.append(item)
                    continue
                csv_file.add(item.rows)
                told.append(_get_told(item))
            # Whatever the readers have looked at must not pile up.
            self.env.flush_all()
            self.env.invalidate_all(flush=False)
        self._insert_lines(run, problems)
        self.write(
            {
                "state": "frozen",
                "last_id": self.last_id or after,
                "transaction_id": str(uuid.uuid4()),
                "operation": run.endpoint_id[f"import_{self.file}_operation"],
                "frozen_at": fields.Datetime.now(),
                "attempts": 0,
                **NO_REASON.get_values(),
                "rows": csv_file.rows,
                "content_id": self._store(csv_file.close(), self._get_file_name()),
                "told_id": self._store(pack(told), "told"),
            }
        )

    def _find_ids(self, run, reader, csv_file, deadline):
        after, size = self.after_id, min(RECORDS_READ, run.chunk_rows)
        until = self.last_id or run.last_id
        while ids := reader._find_ids(run, after, until, size):
            yield ids
            after = ids[-1]
            full = csv_file.rows >= run.chunk_rows or csv_file.size > MAX_FILE_BYTES
            if not self.last_id and (full or deadline()):
                return

    def _store(self, content, name):
        attachment = self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": content,
                "mimetype": "application/gzip",
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        return attachment.id

    def _get_told(self):
        """Return what the ledger keeps of the records in the file."""
        return json.loads(gzip.decompress(self.told_id.raw)) if self.told_id else []

    def _get_stopped_ids(self, ids):
        lines = self.env["mindbox.import.line"].search_fetch(
            [("chunk_id", "=", self.id), ("res_id", "in", ids)], ["res_id"]
        )
        return set(lines.mapped("res_id"))

    def _forget_files(self):
        """Remove what was stored for retries: it holds personal data."""
        (self.content_id | self.told_id).unlink()

    def action_download(self):
        """Download the file as it can be uploaded by hand."""
        self.ensure_one()
        url = f"/mindbox/import/{self.id}/{self._get_file_name()}"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    @api.autovacuum
    def _gc_files(self):
        """Remove downloadable files as early as the bodies of requests."""
        days = get_number(self.env, "body_days", RETENTION_DAYS["body"])
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        self.search(
            [
                ("import_id.state", "in", ("done", "cancelled")),
                ("content_id", "!=", False),
                ("frozen_at", "<", limit),
            ]
        )._forget_files()


def _get_told(item):
    """Return what is kept of a record in a file: by its rows it is found there."""
    return (item.told or {"res_id": item.id}) | {"rows": len(item.rows)}


def pack(told):
    """Return what is kept of the records in a file as a compressed one."""
    text = json.dumps(told, separators=(",", ":"))
    return gzip.compress(text.encode(), compresslevel=5, mtime=0)
