# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Writing rows of the outbox: many in one statement, and nothing of them in the log."""

from functools import lru_cache

from odoo import api, models
from odoo.tools import SQL

from .json_text import to_json

# Column types of the rows that capture and delivery exchange with PostgreSQL.
COLUMN_TYPES = {
    "id": "int4",
    "endpoint_id": "int4",
    "operation_id": "int4",
    "operation_name": "varchar",
    "partner_id": "int4",
    "import_chunk_id": "int4",
    "event": "varchar",
    "mode": "varchar",
    "res_model": "varchar",
    "res_id": "int4",
    "customer_key": "varchar",
    "merge_key": "varchar",
    "cleared": "varchar",
    "left_contacts": "varchar",
    "instead_of": "varchar",
    "transaction_id": "varchar",
    "occurred_at": "timestamp",
    "next_attempt_at": "timestamp",
    "sent_at": "timestamp",
    "outcome": "varchar",
    "processed_at": "timestamp",
    "priority": "int4",
    "state": "varchar",
    "attempts": "int4",
    "missing_attempts": "int4",
    "may_have_left": "bool",
    "http_status": "int4",
    "payload": "text",
    "response": "text",
    "reason_code": "varchar",
    "reason_details": "jsonb",
    "device_uuid": "varchar",
    "customer_ip": "varchar",
}


class MindboxRequest(models.Model):
    _name = "mindbox.request"
    _inherit = ["mindbox.request"]

    @api.model
    def _insert(self, rows, own_ids=(), savepoint=None):
        """Insert rows in one statement, in the caller's transaction.

        A state that this very transaction has recorded before is not repeated. Rows
        of other transactions are left alone: looking at them here could lose an
        update, wait for a lock or fail to serialise. They are merged after commit.

        :param list rows: dicts of column values, all with the same keys
        :param own_ids: transaction IDs of the rows this transaction has inserted
        :param str savepoint: name of one to be released along with it
        """
        if own_ids:
            self._add_left_contacts(rows, own_ids)
        columns, types = _column_lists(tuple(rows[0]))
        rows = [row | {"position": position} for position, row in enumerate(rows)]
        query = SQL(
            """
            INSERT INTO mindbox_request (%(columns)s)
            SELECT %(columns)s
              FROM json_to_recordset(%(rows)s::json) AS new (%(types)s, position int4)
             WHERE %(is_new)s
             ORDER BY position
            """,
            columns=columns,
            types=types,
            rows=to_json(rows),
            # Planning this takes longer than the rest: only where it can be true.
            is_new=_is_new(list(own_ids)) if own_ids else SQL("TRUE"),
        )
        if savepoint:
            # Along with it: the shop waits for one answer less.
            query = SQL("%s; RELEASE SAVEPOINT %s", query, SQL.identifier(savepoint))
        self.env.cr.execute(query, log_exceptions=False)

    def _add_left_contacts(self, rows, own_ids):
        """Let what this transaction has recorded say of more contacts that are left."""
        for row in rows:
            if not row.get("left_contacts"):
                continue
            self._execute(
                SQL(
                    """
                    UPDATE mindbox_request
                       SET left_contacts = concat_ws(' ', left_contacts, %s)
                     WHERE transaction_id = ANY(%s) AND endpoint_id = %s
                       AND merge_key = %s
                    RETURNING id
                    """,
                    row["left_contacts"],
                    list(own_ids),
                    row["endpoint_id"],
                    row["merge_key"],
                )
            )

    @api.model
    def _update(self, rows, guard=None):
        """Write rows, each its own values, in one statement.

        :param list rows: dicts with ``id`` and the columns to set, same keys in all
        :param SQL guard: which of them may be written to
        """
        names = [name for name in rows[0] if name != "id"]
        self._execute(
            SQL(
                """
                UPDATE mindbox_request
                   SET %(assignments)s
                  FROM json_to_recordset(%(rows)s::json) AS new (%(types)s)
                 WHERE mindbox_request.id = new.id AND %(guard)s
                RETURNING mindbox_request.id
                """,
                assignments=SQL(", ").join(
                    SQL("%s = new.%s", SQL.identifier(name), SQL.identifier(name))
                    for name in names
                ),
                types=_column_types(["id", *names]),
                guard=guard or SQL("TRUE"),
                rows=to_json(rows),
            )
        )
        self.browse(row["id"] for row in rows).invalidate_recordset()

    @api.model
    def _execute(self, query):
        """Execute a statement that carries bodies, and return its rows.

        Odoo would write a failing one to the log, with the personal data in it.
        """
        self.env.flush_query(query)
        self.env.cr.execute(query, log_exceptions=False)
        return self.env.cr.fetchall()


@lru_cache
def _column_lists(names):
    """Return columns as PostgreSQL lists them: (names, names with types)."""
    return SQL(", ").join(map(SQL.identifier, names)), _column_types(names)


def _is_new(own_ids):
    """Return the condition that no row of these says the same as ``new``."""
    return SQL(
        """
        NOT EXISTS (
            SELECT 1 FROM mindbox_request own
             WHERE own.transaction_id = ANY(%s)
               AND own.endpoint_id = new.endpoint_id
               AND own.merge_key = new.merge_key
               AND own.event = new.event
               AND (new.cleared IS NULL OR own.cleared = new.cleared)
        )
        """,
        own_ids,
    )


def _column_types(names):
    return SQL(", ").join(
        SQL("%s %s", SQL.identifier(name), SQL(COLUMN_TYPES[name])) for name in names
    )
