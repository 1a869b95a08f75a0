# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import gzip
import json
import uuid

from odoo import api, fields, models
from odoo.tools import SQL

from ...wording import in_words
from ..outbox.mindbox_retention import RETENTION_DAYS
from .csv_file import CsvFile
from .mindbox_catalogue import IMPORT_EVENT

# Records that are read at once: enough for the database, little for the memory.
READ_SIZE = 1000
# A file stays well under Mindbox's 200 MB, and is built well within a worker's limits.
MAX_FILE_BYTES = 150 * 1024 * 1024
LEDGER_SIZE = 5000


class MindboxImportChunk(models.Model):
    """A range of record IDs: what goes to Mindbox as one file, or one after another.

    File and transaction ID are stored before the first attempt, so that every retry
    sends the same bytes with the same key.
    """

    _name = "mindbox.import.chunk"
    _description = "File of an Import"
    _order = "depth, id"
    _log_access = False

    import_id = fields.Many2one(
        "mindbox.import", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="import_id.company_id")
    after_id = fields.Integer(readonly=True, aggregator=None)
    last_id = fields.Integer(readonly=True, aggregator=None)
    # A refused file is divided until the record is found that it was refused for.
    depth = fields.Integer(readonly=True, aggregator=None)
    file = fields.Char(string="Content", readonly=True)
    operation = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("open", "To be built"),
            ("frozen", "On its way"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="open",
        readonly=True,
    )
    transaction_id = fields.Char(string="Transaction ID", readonly=True)
    frozen_at = fields.Datetime(string="Built", readonly=True)
    attempts = fields.Integer(readonly=True, aggregator=None)
    last_attempt_at = fields.Datetime(string="Last Attempt", readonly=True)
    error = fields.Char(string="Reason", readonly=True)
    rows = fields.Integer(readonly=True)
    records = fields.Integer(string="Accepted", readonly=True)
    rejected = fields.Integer(readonly=True)
    skipped = fields.Integer(readonly=True)
    content_id = fields.Many2one("ir.attachment", string="Stored File", readonly=True)
    told_id = fields.Many2one("ir.attachment", readonly=True)
    line_ids = fields.One2many("mindbox.import.line", "chunk_id", readonly=True)

    _unfinished_idx = models.Index(
        "(import_id, depth, id) WHERE state IN ('open', 'frozen')"
    )

    @api.depends("file", "after_id")
    def _compute_display_name(self):
        for chunk in self:
            chunk.display_name = chunk._get_file_name()

    def _get_file_name(self):
        return f"mindbox-{self.file}-{self.import_id.id}-{self.id}.csv"

    @api.model
    def _count_records(self, import_ids):
        """Return {import ID: (done, rejected, skipped, number of files)}."""
        if not import_ids:
            return {}
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT import_id,
                       sum(CASE WHEN state = 'done' THEN records ELSE 0 END),
                       sum(CASE WHEN state = 'done' THEN rejected ELSE 0 END),
                       sum(CASE WHEN state = 'done' THEN skipped ELSE 0 END),
                       count(*)
                  FROM mindbox_import_chunk WHERE import_id = ANY(%s)
                 GROUP BY import_id
                """,
                list(import_ids),
            )
        )
        return {row[0]: row[1:] for row in rows}

    # === BUILD === #

    def _freeze(self, run, deadline):
        """Build the file of the chunk and store it with its transaction ID.

        A new chunk ends where its file is full, or where ``deadline()`` says so.
        """
        reader = run._get_reader()
        reader._flush()
        self._forget_lines()
        csv_file = CsvFile(reader._get_header(run, self.file))
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
                told.append(item.told or {"res_id": item.id})
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
                "error": False,
                "rows": csv_file.rows,
                "content_id": self._store(csv_file.close(), self._get_file_name()),
                "told_id": self._store(_pack(told), "told"),
            }
        )

    def _find_ids(self, run, reader, csv_file, deadline):
        after, size = self.after_id, min(READ_SIZE, run.chunk_rows)
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

    # === THE FILE WAS ACCEPTED, OR REFUSED === #

    def _advance(self, run):
        """Go on with the next file of the same records, or end."""
        files = run._get_reader()._files
        place = files.index(self.file) + 1
        if place < len(files):
            self._forget_files()
            self.write({"state": "open", "file": files[place]})
            return
        self.write({"records": len(self._get_told())})
        self._finish()
        if run.way != "files":
            self._forget_files()

    def _finish(self):
        counts = dict(
            self.env["mindbox.import.line"]._read_group(
                [("chunk_id", "=", self.id)], ["state"], ["__count"]
            )
        )
        self.write(
            {
                "state": "done",
                "error": False,
                "rejected": counts.get("rejected", 0),
                "skipped": counts.get("skipped", 0),
            }
        )

    def _acknowledge(self, run):
        """Keep in the ledger what Mindbox has accepted."""
        reader = run._get_reader()
        ledger = self.env.get("mindbox.ledger")
        if ledger is None or not reader._ledger or self.file != reader._files[-1]:
            return
        told = self._get_told()
        for start in range(0, len(told), LEDGER_SIZE):
            part = told[start : start + LEDGER_SIZE]
            if reader._ledger == "cards":
                part = reader._add_told_points(run.endpoint_id, part)
            ledger._acknowledge(run.endpoint_id, reader._ledger, part)

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
                    "reason": reason,
                }
            )
        self.write({"records": 0})
        self._finish()

    # === LINES AND FILES === #

    def _forget_lines(self):
        """A file that is built again tells its problems again."""
        self.line_ids.filtered(lambda line: line.file == self.file).unlink()

    def _get_stopped_ids(self, ids):
        lines = self.env["mindbox.import.line"].search_fetch(
            [("chunk_id", "=", self.id), ("res_id", "in", ids)], ["res_id"]
        )
        return set(lines.mapped("res_id"))

    def _insert_lines(self, run, problems):
        source = run._get_reader()._source
        for start in range(0, len(problems), READ_SIZE):
            self.env["mindbox.import.line"].create(
                [
                    {
                        "import_id": run.id,
                        "chunk_id": self.id,
                        "file": self.file,
                        "res_model": source,
                        "res_id": item.id,
                        "state": item.state,
                        "reason": item.reason,
                    }
                    for item in problems[start : start + READ_SIZE]
                ]
            )

    def _forget_files(self):
        """Remove what was stored for retries: it holds personal data."""
        (self.content_id | self.told_id).unlink()

    def _cancel(self):
        """Never send these. What was tried may have arrived: its answer counts."""
        unfinished = self.filtered(lambda chunk: chunk.state in ("open", "frozen"))
        unfinished._forget_files()
        unfinished.state = "cancelled"

    def action_view_requests(self):
        """Open the calls by which these records went to Mindbox."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_request_action"
        )
        domain = [("import_chunk_id", "=", self.id)]
        return action | {"domain": domain, "context": {}}

    def action_download(self):
        """Download the file as it can be uploaded by hand."""
        self.ensure_one()
        url = f"/mindbox/import/{self.id}/{self._get_file_name()}"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    @api.autovacuum
    def _gc_files(self):
        """Remove downloadable files as early as the bodies of requests."""
        get_param = self.env["ir.config_parameter"].sudo().get_param
        days = int(get_param("mindbox_connector.body_days", RETENTION_DAYS["body"]))
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=max(days, 0))
        self.search(
            [
                ("import_id.state", "in", ("done", "cancelled")),
                ("content_id", "!=", False),
                ("frozen_at", "<", limit),
            ]
        )._forget_files()


class MindboxImportLine(models.Model):
    _name = "mindbox.import.line"
    _description = "Record That Was Not Imported"
    _order = "id"
    _log_access = False

    import_id = fields.Many2one(
        "mindbox.import", required=True, readonly=True, index=True, ondelete="cascade"
    )
    chunk_id = fields.Many2one(
        "mindbox.import.chunk",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="import_id.company_id")
    file = fields.Char(readonly=True)
    res_model = fields.Char(string="Record Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Record ID", model_field="res_model", readonly=True
    )
    res_name = fields.Char(string="Record", compute="_compute_res_name")
    state = fields.Selection(
        [("rejected", "Rejected"), ("skipped", "Skipped")], readonly=True
    )
    reason = fields.Char(readonly=True)
    explanation = fields.Char(
        compute="_compute_explanation",
        help="The reason in your language; what Mindbox says stays as it is.",
    )

    @api.depends_context("lang")
    @api.depends("reason")
    def _compute_explanation(self):
        for line in self:
            line.explanation = in_words(self.env, line.reason)

    @api.depends("res_model", "res_id")
    def _compute_res_name(self):
        for model, lines in self.grouped("res_model").items():
            records = self.env[model].browse(lines.mapped("res_id")).exists()
            records = records._filtered_access("read")
            names = {record.id: record.display_name for record in records}
            for line in lines:
                line.res_name = names.get(line.res_id, "")

    def action_open_record(self):
        """Open the record, to mend it."""
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id).get_formview_action()


class MindboxRequest(models.Model):
    _inherit = "mindbox.request"

    import_chunk_id = fields.Many2one(
        "mindbox.import.chunk",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    def _explain_unsendable(self):
        """A file is not kept: what it told is told by a new import."""
        reasons = super()._explain_unsendable()
        reasons["file"] = self.env._(
            "Files are not sent again: start a new import instead."
        )
        return reasons

    @api.model
    def _find_unsendable(self, ids):
        files = self.search([("id", "in", ids), ("event", "=", IMPORT_EVENT)]).ids
        problems = {"file": files} if files else {}
        return problems | super()._find_unsendable(set(ids) - set(files))


def _pack(told):
    text = json.dumps(told, separators=(",", ":"))
    return gzip.compress(text.encode(), compresslevel=5, mtime=0)
