"""What the benchmarks share: a database of their own, and Odoo inside this process."""

import os
import sys
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docker"))

import databases  # noqa: E402
import postgres  # noqa: E402


@contextmanager
def environment(name):
    """Yield an ORM environment on a fresh clone; dropped afterwards."""
    database = databases.clone(databases.ready(), f"{databases.PREFIX}bench_{name}")
    try:
        with _registry(database).cursor() as cr:
            from odoo import SUPERUSER_ID, api

            yield api.Environment(cr, SUPERUSER_ID, {})
    finally:
        _close(database)
        databases.drop(database)


@contextmanager
def server():
    """Have PostgreSQL run for all benchmarks, this process as its client."""
    with postgres.served(postgres.dev_cluster()) as environ:
        os.environ.update(environ)
        yield


def _registry(database):
    import odoo
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(
        [
            f"--database={database}",
            f"--data-dir={databases.DATA}",
            f"--db_host={os.environ['PGHOST']}",
            f"--db_user={os.environ['PGUSER']}",
            "--log-level=error",
        ]
    )
    return Registry(database)


def _close(database):
    from odoo.sql_db import close_db

    close_db(database)


def table(header, rows):
    """Print rows, as they come, as a Markdown table, ready for the README."""
    for cells in chain([header, ["---"] * len(header)], rows):
        print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)
