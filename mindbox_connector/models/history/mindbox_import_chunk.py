# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


from odoo import api, fields, models
from odoo.tools import SQL

from ...reasons import NO_REASON

# Records in one statement: enough for the database, little for the memory.
RECORDS_READ = 1000


class MindboxImportChunk(models.Model):
    """A range of record IDs: what goes to Mindbox as one file, or one after another.

    File and transaction ID are stored before the first attempt, so that every retry
    sends the same bytes with the same key.
    """

    _name = "mindbox.import.chunk"
    _description = "File of an Import"
    _inherit = ["mindbox.reasoned"]
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

    # === PROGRESS === #

    def _advance(self, run):
        """Go on with the next file of the same records, or end."""
        files = run._get_reader()._files
        place = files.index(self.file) + 1
        if place < len(files):
            self._go_on_with(files[place], run)
            return
        self.write({"records": len(self._get_told())})
        self._finish()
        if run.way != "files" or not self.rows:
            self._forget_files()

    def _go_on_with(self, file, run):
        """Have the next file of the same records built; keep one that is downloaded."""
        if run.way != "files":
            self._forget_files()
            self.write({"state": "open", "file": file})
            return
        place = {"after_id": self.after_id, "last_id": self.last_id, "file": file}
        successor = self.create({"import_id": run.id, **place})
        # Who is in the one file for a reason, is in none.
        self.line_ids.chunk_id = successor
        self._finish()

    def _finish(self):
        counts = dict(
            self.env["mindbox.import.line"]._read_group(
                [("chunk_id", "=", self.id)], ["state"], ["__count"]
            )
        )
        self.write(
            {
                "state": "done",
                **NO_REASON.get_values(),
                "rejected": counts.get("rejected", 0),
                "skipped": counts.get("skipped", 0),
            }
        )

    # === WHAT WAS NOT IMPORTED === #

    def _forget_lines(self):
        """A file that is built again tells its problems again."""
        self.line_ids.filtered(lambda line: line.file == self.file).unlink()

    def _insert_lines(self, run, problems):
        source = run._get_reader()._source
        for start in range(0, len(problems), RECORDS_READ):
            self.env["mindbox.import.line"].create(
                [
                    {
                        "import_id": run.id,
                        "chunk_id": self.id,
                        "file": self.file,
                        "res_model": source,
                        "res_id": item.id,
                        "state": item.state,
                        **item.reason.get_values(),
                    }
                    for item in problems[start : start + RECORDS_READ]
                ]
            )

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
