# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Looks for words in all that the add-ons keep, whatever the tables are called.

Tables and columns come from the database itself: a new one cannot be forgotten.
"""

import gzip
import zlib
from contextlib import suppress

from odoo.tools import SQL

# How names of our models and tables begin.
OURS = ("mindbox", "rfm")
# Tables of others that keep something for our models, and where the model stands.
OF_OTHERS = {
    "queue_job": "model_name",
    "mail_message": "model",
    "mail_activity": "res_model",
    "ir_attachment": "res_model",
    "mail_tracking_value": (
        "(SELECT model FROM mail_message WHERE id = mail_message_id)"
    ),
}
COLUMNS = """
    SELECT table_name, column_name, data_type = 'bytea'
      FROM information_schema.columns
      JOIN information_schema.tables USING (table_schema, table_name)
     WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
       AND (split_part(table_name, '_', 1) = ANY(%s) OR table_name = ANY(%s))
       AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY')
"""


def find(env, words):
    """Return the places that hold one of some words: columns, and models of files."""
    env.flush_all()
    columns = env.execute_query(SQL(COLUMNS, list(OURS), list(OF_OTHERS)))
    assert len({row[0] for row in columns}) > 30, "where are the tables?"
    found = {".".join(place) for place in _find_holding(env, columns, words)}
    return found | set(_find_in_files(env, words))


def _find_holding(env, columns, words):
    patterns = [f"%{word}%" for word in words]
    for table, column, is_bytes in columns:
        name = SQL.identifier(column)
        query = SQL(
            "SELECT FROM %s WHERE %s ILIKE ANY(%s) AND %s LIMIT 1",
            SQL.identifier(table),
            SQL("encode(%s, 'escape')", name) if is_bytes else SQL("%s::text", name),
            patterns,
            _is_ours(table),
        )
        if env.execute_query(query):
            yield table, column


def _is_ours(table):
    if not OF_OTHERS.get(table):
        return SQL("TRUE")
    model = SQL(OF_OTHERS[table])
    return SQL("split_part(%s, '.', 1) = ANY(%s)", model, list(OURS))


def _find_in_files(env, words):
    files = (
        env["ir.attachment"].sudo().search([("id", ">", 0), ("res_model", "!=", False)])
    )
    for file in files.filtered(lambda file: file.res_model.split(".")[0] in OURS):
        content = file.raw or b""
        with suppress(gzip.BadGzipFile, EOFError, zlib.error):
            content = gzip.decompress(content)
        if any(word.encode() in content for word in words):
            yield f"file of {file.res_model}"
