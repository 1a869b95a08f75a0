# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Erased customers out of the files of imports, and out of what is said of them."""

import uuid
from datetime import timedelta
from itertools import islice

from odoo import api, models
from odoo.tools import SQL

from .csv_file import CsvFile, read_rows
from .mindbox_catalogue import IMPORT_EVENT
from .mindbox_import_file import pack

# Longer than any transaction that erases a customer or builds a file.
LONGEST_TRANSACTION = timedelta(hours=1)


class MindboxImportChunk(models.Model):
    _name = "mindbox.import.chunk"
    _inherit = ["mindbox.import.chunk"]

    @api.model
    def _forget_records(self, records):
        """Forget records in all imports: in files, answers and reasons.

        :param dict records: {model: IDs}
        """
        for model, ids in records.items():
            lines = [("res_model", "=", model), ("res_id", "in", ids)]
            self.env["mindbox.import.line"].search(lines).unlink()
            covering = self._find_covering(model, ids)
            covering.import_id._forget_answers()
            covering._take_out(set(ids))

    def _forget_late(self):
        """Take out who was erased while the file was being built."""
        if not self.content_id:
            return
        since = self.frozen_at - LONGEST_TRANSACTION
        partners = self.env["res.partner"].with_context(active_test=False)
        erased = partners.search([("mindbox_erased_at", ">=", since)])
        source = self.import_id._get_reader()._source
        if ids := erased._get_mindbox_records().get(source):
            self._take_out(set(ids))

    def _find_covering(self, model, ids):
        """Return the chunks of records of a model that cover one of some IDs."""
        kinds = [
            kind
            for kind in self.import_id._fields["kind"].get_values(self.env)
            if self.env[f"mindbox.import.{kind}"]._source == model
        ]
        self.flush_model()
        query = SQL(
            """
            SELECT chunk.id
              FROM mindbox_import_chunk chunk
              JOIN mindbox_import run ON run.id = chunk.import_id
             WHERE run.kind = ANY(%s) AND EXISTS (
                   SELECT FROM unnest(%s::int[]) AS record (id)
                    WHERE record.id > chunk.after_id AND record.id <= chunk.last_id)
            """,
            kinds,
            list(ids),
        )
        return self.browse(row[0] for row in self.env.execute_query(query))

    def _find_holding(self, model, ids):
        """Return the chunks with a stored file that tells of one of some records."""
        ids = set(ids)
        covering = self._find_covering(model, ids).filtered("told_id")
        return covering.filtered(
            lambda chunk: any(row["res_id"] in ids for row in chunk._get_told())
        )

    def _take_out(self, ids):
        """Write the files anew without the rows of some records."""
        for chunk in self.filtered("content_id"):
            told = chunk._get_told()
            if any(row["res_id"] in ids for row in told):
                chunk._rewrite([row | {"rows": _count_rows(row)} for row in told], ids)

    def _rewrite(self, told, ids):
        if sum(row["rows"] for row in told) != self.rows:
            # An earlier version did not note whose a row is: built anew.
            self._forget_files()
            self.filtered(lambda chunk: chunk.state == "frozen").state = "open"
            return
        rows = read_rows(self.content_id.raw)
        may_be_empty = self.import_id._get_reader()._may_be_empty
        csv_file = CsvFile(next(rows), may_be_empty)
        for row in told:
            cells = list(islice(rows, row["rows"]))
            csv_file.add([] if row["res_id"] in ids else cells)
        self._forget_files()
        self.write(
            {
                **self._get_new_key(),
                "rows": csv_file.rows,
                "content_id": self._store(csv_file.close(), self._get_file_name()),
                "told_id": self._store(
                    pack([row for row in told if row["res_id"] not in ids]), "told"
                ),
            }
        )

    def _get_new_key(self):
        """Another file has another key, unless Mindbox would count it twice by that."""
        if self.attempts and self.file in self.import_id._get_reader()._once:
            return {}
        return {"transaction_id": str(uuid.uuid4())}

    def _is_sent_as(self, file):
        """Whether the chunk still is the file that was sent: an answer may quote it."""
        self.invalidate_recordset(["content_id"])
        return self.content_id == file


class MindboxImport(models.Model):
    _name = "mindbox.import"
    _inherit = ["mindbox.import"]

    def _forget_answers(self):
        """Forget what Mindbox has said of files: it may quote anybody in them."""
        no_details = {"reason_details": False}
        self.chunk_ids.filtered("reason_details").write(no_details)
        mine = [("import_chunk_id", "in", self.chunk_ids.ids)]
        requests = self.env["mindbox.request"].search(
            [*mine, ("event", "=", IMPORT_EVENT)]
        )
        requests.write({"response": False, **no_details})


def _count_rows(row):
    """Return how many rows a record has in a file."""
    # Earlier versions have not noted it: one each, but none for no change.
    return row.get("rows", int(row.get("amount") != 0))
