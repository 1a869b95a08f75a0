# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an import reads: which records, and their rows in the files of Mindbox."""

import logging
from typing import Any, NamedTuple

import psycopg2

from odoo import models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...exceptions import MindboxRejected, MindboxSkipped
from ...reasons import NO_REASON, Reason
from ..job.fault import log_fault

_logger = logging.getLogger(__name__)


class Item(NamedTuple):
    """One record of an import.

    * ``rows``: its rows in the file, none where this file has nothing to say of it
    * ``told``: what the ledger keeps once Mindbox has acknowledged it, or None; its
      ``besides`` are rows of other kinds, {kind: [row]}
    * ``state``: empty, ``skipped`` or ``rejected``; then ``reason`` tells why
    """

    id: int
    rows: list = []
    told: Any = None
    state: str = ""
    reason: Reason = NO_REASON


class MindboxImportReader(models.AbstractModel):
    """Reads the records of one kind, many at once and in the order of their IDs.

    The values are those of live events: the rules are shared with the body methods.
    A kind is a model ``mindbox.import.<kind>`` that says what its records are.
    """

    _name = "mindbox.import.reader"
    _description = "Reader of an Import"
    # The model of the records.
    _source = ""
    # The files of a chunk, one after the other: names of the endpoint's operations.
    _files = ()
    # The kind of the ledger that keeps what was acknowledged.
    _ledger = ""
    # Files of changes, not of states: Mindbox may take them in only once.
    _once = ()
    # The columns in which an empty cell says something.
    _may_be_empty = ()

    # === WHICH RECORDS === #

    def _relation(self, run):
        """Return the relation of what belongs to the integration point."""
        raise NotImplementedError

    def _scope(self, run):
        """Return the condition on ``record``, a row of the relation."""
        raise NotImplementedError

    def _from(self, run):
        return SQL("(%s) AS record WHERE %s", self._relation(run), self._scope(run))

    def _count(self, run):
        """Return (number of records, the highest ID or 0)."""
        self._flush()
        self._compile_nothing()
        query = SQL("SELECT count(*), COALESCE(max(id), 0) FROM %s", self._from(run))
        return self.env.execute_query(query)[0]

    def _find_ids(self, run, after, until, limit):
        """Return the next IDs, ascending, of those in ``(after, until]``."""
        self._compile_nothing()
        query = SQL(
            "SELECT id FROM %s AND id > %s AND id <= %s ORDER BY id LIMIT %s",
            self._from(run),
            after,
            until,
            limit,
        )
        return [record_id for (record_id,) in self.env.execute_query(query)]

    def _flush(self):
        """Have the database know what the readers' statements look at."""
        self.env.flush_all()

    def _compile_nothing(self):
        """Switch PostgreSQL's compiler off for this transaction.

        It reckons with the climb from an address to its contact for every row, where
        hardly any has to climb, and would compile for longer than a page takes.
        """
        self.env.cr.execute("SET LOCAL jit TO off")

    def _between(self, run, column):
        """Return the condition that a moment is within the dates of the import."""
        start, end = run._get_moments()
        conditions = [SQL("TRUE")]
        if start:
            conditions.append(SQL("%s >= %s", column, start))
        if end:
            conditions.append(SQL("%s < %s", column, end))
        return SQL(" AND ").join(conditions)

    def _on_website(self, run, website):
        """Return the condition of an import of one website only."""
        return (
            SQL("%s = %s", website, run.website_id.id)
            if run.website_id
            else SQL("TRUE")
        )

    # === THEIR ROWS === #

    def _get_header(self, run, file):
        """Return the names of a file's columns."""
        raise NotImplementedError

    def _get_options(self, file):
        """Return parameters of a file's bulk operation, as pairs."""
        return ()

    def _read(self, run, file, ids):
        """Yield an :class:`Item` for each of the records, in their order.

        A record that cannot be read is rejected and holds up none of the others.
        """
        self._compile_nothing()
        try:
            with self.env.cr.savepoint(flush=False):
                items = {item.id: item for item in self._get_items(run, file, ids)}
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            if len(ids) == 1:
                return [self._get_failure(ids[0], error)]
            half = len(ids) // 2
            return [
                *self._read(run, file, ids[:half]),
                *self._read(run, file, ids[half:]),
            ]
        # Who was deleted since the IDs were read is in none of them.
        gone = Reason("record_gone")
        return [items.get(i) or Item(i, state="skipped", reason=gone) for i in ids]

    def _get_items(self, run, file, ids):
        """Return the items of some records; may raise for all of them."""
        raise NotImplementedError

    def _try(self, record_id, make):
        """Return ``make()``, an item; or why the record has none.

        :raise psycopg2.Error: the transaction is broken
        """
        try:
            return make()
        except MindboxSkipped as skipped:
            return Item(record_id, state="skipped", reason=skipped.reason)
        except MindboxRejected as rejected:
            return Item(record_id, state="rejected", reason=rejected.reason)
        except psycopg2.Error:
            raise
        except Exception as error:
            return self._get_failure(record_id, error)

    def _get_failure(self, record_id, error):
        log_fault(_logger, f"Import of {self._source} {record_id}", error)
        reason = Reason("body_fault", {"kind": type(error).__name__})
        return Item(record_id, state="rejected", reason=reason)

    def _get_outcome(self, record_id, rejected, reason):
        """Return the item of a record that was not accepted one by one."""
        state = "rejected" if rejected else "skipped"
        return Item(record_id, state=state, reason=reason)

    def _add_told_points(self, endpoint, told):
        """Return the rows for the ledger, of a file that tells changes as the whole."""
        return told

    # === RECORD BY RECORD === #

    def _prepare_requests(self, run, records):
        """Return the values of the requests that tell of records one by one."""
        raise NotImplementedError

    # === WHAT IS WRONG BEFORE ANYTHING IS SENT === #

    def _find_losses(self, run, ids):
        """Return [(reason, number of records)]: what Mindbox does not keep of them."""
        return []

    def _find_problems(self, run):
        """Return sentences that tell what somebody should mend first."""
        return []

    def _get_changed(self, run, records, since):
        """Mark what has changed by live events while a file was on its way.

        A file may reach Mindbox later than a newer event of the same record.
        """


def text(value):
    """Return a cell: numbers without an exponent, nothing for nothing."""
    if value is None or value is False:
        return ""
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return str(value)


def money(amount):
    """Return an amount as a cell, to the cent."""
    return f"{amount:.2f}"
