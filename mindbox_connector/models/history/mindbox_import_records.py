# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An import record by record: usual requests, behind all that happens in the shop."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...reasons import Reason

RECORDS_AT_ONCE = 200
RECORDS_ON_THE_WAY = 400
RECORD_PRIORITY = 500


class MindboxImport(models.Model):
    _name = "mindbox.import"
    _inherit = ["mindbox.import"]

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

    def _prepare_request(self, record, event, moment=None):
        """Return the values of a request whose body is built when it leaves.

        It is behind everything that happens in the shop, and never merges with it: an
        event of today must not wait for one of years ago.
        """
        operation = self.endpoint_id._get_operation(event)
        if not operation:
            raise UserError(
                self.env._("The operation of the event %s is switched off.", event)
            )
        customer = record._mindbox_customer()
        return record._mindbox_prepare_row(event, operation) | {
            "endpoint_id": self.endpoint_id.id,
            "merge_key": None,
            "priority": min(operation["priority"] + RECORD_PRIORITY, 1000),
            "occurred_at": moment or fields.Datetime.now(),
            "partner_id": customer.id or None,
            "cleared": None,
            "customer_key": f"partner-{customer.id}" if customer else None,
            "device_uuid": None,
            "customer_ip": None,
        }

    def _prepare_fact(self, record, event, moment=None, **facts):
        """Return the values of a request with its body of now."""
        row = self._prepare_request(record, event, moment)
        return row | record._mindbox_prepare_fact(self.endpoint_id, row, facts)

    def _mark_changed(self, records, events, since):
        """Tell again what has changed while a file was on its way to Mindbox."""
        self.env["mindbox.request"].flush_model()
        changed = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT res_id FROM mindbox_request
                 WHERE endpoint_id = %s AND event = ANY(%s) AND res_id = ANY(%s)
                   AND res_model = %s AND import_chunk_id IS NULL
                   AND state IN ('pending', 'sent') AND next_attempt_at >= %s
                """,
                self.endpoint_id.id,
                list(events),
                records.ids,
                records._name,
                since,
            )
        )
        again = records.browse(record_id for (record_id,) in changed).exists()
        again.sudo()._mindbox_mark(events[-1])


class MindboxImportChunk(models.Model):
    _name = "mindbox.import.chunk"
    _inherit = ["mindbox.import.chunk"]

    def _collect(self, run):
        """Count what became of the records of a chunk whose requests have ended.

        A record with a refused request is rejected; one with nothing sent is skipped.
        """
        reader = run._get_reader()
        outcomes = self.env.execute_query(
            SQL(
                """
                SELECT res_id, bool_or(state = 'rejected'), bool_or(state = 'sent'),
                       (array_agg(
                           jsonb_build_array(
                               reason_code, COALESCE(reason_details, '{}'))
                           ORDER BY state != 'rejected', reason_code IS NULL, id))[1]
                  FROM mindbox_request
                 WHERE import_chunk_id = %s AND res_model = %s
                 GROUP BY res_id ORDER BY res_id
                """,
                self.id,
                reader._source,
            )
        )
        problems = [
            reader._get_outcome(record_id, rejected, Reason(*reason))
            for record_id, rejected, sent, reason in outcomes
            if rejected or not sent
        ]
        self._insert_lines(run, problems)
        self.write({"records": len(outcomes) - len(problems)})
        self._finish()
