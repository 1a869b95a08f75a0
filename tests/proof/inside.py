"""Odoo and its database from the inside, to measure what no RPC reaches."""

import time
from contextlib import contextmanager


@contextmanager
def odoo(database):
    """Return an environment of a database, in this process."""
    from tests.bench import _odoo

    try:
        with _odoo._registry(database).cursor() as cr:
            from odoo import SUPERUSER_ID, api

            yield api.Environment(cr, SUPERUSER_ID, {})
    finally:
        _odoo._close(database)


def timed(work, rounds):
    """Return the milliseconds of each round."""
    times = []
    for _round in range(rounds):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return times


def rows_read(env):
    """Return how many rows of the outbox PostgreSQL has read in this transaction.

    Unlike the duration it is the same on every machine: however many wait and are
    finished, a claim reads little more than it takes.
    """
    env.cr.execute("""
        SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
          FROM pg_stat_xact_user_tables WHERE relname = 'mindbox_request'
    """)
    return env.cr.fetchone()[0]
