# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the database does for the requests: indexes and cleaning up."""

from odoo import models
from odoo.tools import SQL

from ..outbox.mindbox_request import STORAGE_PARAMETERS
from .server_words import Found

# Old versions of rows beyond which cleaning up does not keep up.
MOST_DEAD = 1_000_000


def find_storage(env):
    """Are the indexes there, and does PostgreSQL clean up?"""
    requests = env["mindbox.request"]
    if missing := _get_missing_indexes(requests):
        yield Found("index_missing", {"names": ", ".join(missing)})
    [[switch]] = env.execute_query(SQL("SELECT current_setting('autovacuum')"))
    if switch == "off":
        yield Found("autovacuum_off")
    if not _has_parameters(requests):
        yield Found("autovacuum_unset")
    [[dead]] = env.execute_query(
        SQL(
            "SELECT COALESCE(max(n_dead_tup), 0) FROM pg_stat_user_tables "
            "WHERE relname = %s",
            requests._table,
        )
    )
    if dead > MOST_DEAD:
        yield Found("bloated", {"count": dead})


def _get_missing_indexes(requests):
    """Return the names of indexes that should be there and are not, or not valid."""
    wanted = {
        thing.full_name(requests)
        for thing in requests._table_objects.values()
        if isinstance(thing, models.Index) and thing.get_definition(requests.pool)
    }
    rows = requests.env.execute_query(
        SQL(
            """
            SELECT class.relname FROM pg_index
              JOIN pg_class class ON class.oid = pg_index.indexrelid
             WHERE pg_index.indrelid = %s::regclass AND pg_index.indisvalid
            """,
            requests._table,
        )
    )
    return sorted(wanted - {name for (name,) in rows})


def _has_parameters(requests):
    """Whether the table is cleaned up by count, as it should be."""
    wanted = {
        part.strip().replace(" ", "")
        for part in STORAGE_PARAMETERS.split(",")
        if not part.strip().startswith("toast.")
    }
    rows = requests.env.execute_query(
        SQL(
            "SELECT unnest(reloptions) FROM pg_class WHERE oid = %s::regclass",
            requests._table,
        )
    )
    return wanted <= {option for (option,) in rows}
