# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Before the commit: marks become rows of the outbox, in the shop's own transaction."""

import logging
import uuid
from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

import psycopg2
from psycopg2.errors import DiskFull

from odoo import api, models
from odoo.exceptions import MissingError
from odoo.tools import SQL

from ...reasons import NO_REASON
from ..job.fault import log_fault
from .mindbox_source import LAST_KEY, MARKS, PREPARED
from .mindbox_unrecorded import is_repeated, keep_mark
from .visitor import get_visitor

_logger = logging.getLogger(__name__)

# Key of a transaction's :class:`Recorded`, among what follows its commit.
RECORDED = "mindbox_connector.recorded"
SAVEPOINT = "mindbox_flush"
# Key of the marks that cannot be recorded now, until the end of a flush.
KEPT = "mindbox_connector.kept"


class Recorded(NamedTuple):
    """What a transaction has put into the outbox, and what it could not.

    * ``keys``: {transaction ID: (endpoint ID, merge key)}
    * ``kept``: what is kept until it can be inserted
    """

    keys: dict
    kept: list


class MindboxSource(models.AbstractModel):
    _name = "mindbox.source"
    _inherit = ["mindbox.source"]

    @api.model
    def _mindbox_flush(self):
        """Turn the marks into rows of the outbox, within the shop's transaction.

        Whatever is wrong with a mark or with the outbox, the shop goes on: what fails
        in the database is undone to a savepoint, and kept until it can be recorded.
        What Odoo repeats by itself is repeated. Only a database that has no room for
        the rows refuses the whole: a change that commits is a change that is recorded.
        """
        marks = self.env.cr.precommit.data.pop(MARKS, {})
        rows = self.env.cr.precommit.data.pop(PREPARED, [])
        if not (marks or rows):
            return
        visitor = get_visitor()
        records = self._mindbox_browse(marks)
        self._mindbox_open_savepoint()
        ranks = self.env["mindbox.catalogue"]._get_ranks()
        for mark in sorted(marks, key=lambda mark: ranks[mark.event]):
            record = records[mark.model, mark.res_id]
            for entry in marks[mark]:
                rows += record._mindbox_try_to_prepare(mark, entry, visitor)
        if rows:
            self._mindbox_insert(rows)
        else:
            self._mindbox_execute("RELEASE SAVEPOINT")
        if kept := self.env.cr.precommit.data.pop(KEPT, []):
            self._mindbox_keep(kept)

    def _mindbox_open_savepoint(self):
        # What the shop has still to write is not undone along with ours.
        self.env.flush_all()
        self._mindbox_execute("SAVEPOINT")

    def _mindbox_execute(self, command):
        self.env.cr.execute(SQL("%s %s", SQL(command), SQL.identifier(SAVEPOINT)))

    def _mindbox_try_to_prepare(self, mark, entry, visitor, at_once=False):
        """Return the outbox rows of one mark; of a broken one what there is of it."""
        failure = None
        for _attempt in range(2):
            try:
                return self._mindbox_prepare_rows(
                    mark, entry, visitor, at_once, failure
                )
            except MissingError:
                # The database deleted it along with what it belonged to.
                _logger.debug("%s is not recorded: it is gone", mark)
                return []
            except DiskFull:
                raise
            except psycopg2.Error as error:
                if is_repeated(error):
                    raise
                self._mindbox_execute("ROLLBACK TO SAVEPOINT")
                if isinstance(error, psycopg2.OperationalError) and not at_once:
                    kept = self.env.cr.precommit.data.setdefault(KEPT, [])
                    kept.append(keep_mark(mark, entry, visitor))
                    return []
                failure = error
                log_fault(_logger, f"{mark} is not recorded", error)
            except Exception as error:
                log_fault(_logger, f"{mark} is not recorded", error)
                return []
        return []

    def _mindbox_browse(self, marks):
        """Return {(model, id): record}; records of a model are read together."""
        ids = defaultdict(list)
        for mark in marks:
            ids[mark.model].append(mark.res_id)
        return {
            (model, record.id): record
            for model, model_ids in ids.items()
            for record in self.env[model].browse(model_ids)
        }

    def _mindbox_insert(self, rows):
        """Insert rows and end the savepoint; keep for later what fails."""
        keys = self._mindbox_get_recorded().keys
        new_keys = {row["transaction_id"]: _get_key(row) for row in rows}
        again = keys and set(new_keys.values())
        own_ids = [row_id for row_id, key in keys.items() if key in again]
        try:
            self.env["mindbox.request"]._insert(rows, own_ids, savepoint=SAVEPOINT)
            keys.update(new_keys)
        except DiskFull:
            raise
        except psycopg2.Error as error:
            if is_repeated(error):
                raise
            self._mindbox_execute("ROLLBACK TO SAVEPOINT")
            self._mindbox_execute("RELEASE SAVEPOINT")
            log_fault(_logger, "The outbox records nothing now", error)
            self._mindbox_keep(rows)

    def _mindbox_keep(self, contents):
        """Keep rows and marks until they can be recorded; or refuse the whole."""
        self.env["mindbox.unrecorded"]._keep(contents)
        self._mindbox_get_recorded().kept.extend(contents)

    def _mindbox_get_recorded(self):
        """Return what this transaction has recorded; have it kicked after its end."""
        postcommit = self.env.cr.postcommit
        if RECORDED not in postcommit.data:
            postcommit.data[RECORDED] = Recorded({}, [])
            postcommit.add(self._mindbox_kick)
        return postcommit.data[RECORDED]

    @api.model
    def _mindbox_kick(self):
        """After the commit: merge what waits twice and queue the delivery."""
        keys, kept = self.env.cr.postcommit.data.pop(RECORDED, Recorded({}, []))
        if keys or kept:
            self.env["mindbox.endpoint"]._kick_beside(
                list({endpoint_id for endpoint_id, _merge_key in keys.values()}),
                [row_id for row_id, (_e, merge_key) in keys.items() if merge_key],
                bool(kept),
            )

    def _mindbox_prepare_rows(self, mark, entry, visitor, at_once=False, failure=None):
        """Return the outbox rows of one mark, one per integration point.

        :param Mark mark: what is marked
        :param entry: (moment, facts)
        :param dict visitor: device and address of the shopper
        :param bool at_once: build the body now, as for a fact
        :param Exception failure: why the body cannot be built, known already
        """
        self.ensure_one()
        moment, facts = entry
        customer = self._mindbox_fact_customer(**facts)
        if not self._mindbox_concerns(mark.event, customer, visitor):
            return []
        if not customer and self._mindbox_is_forgotten(**facts):
            return []
        rows = []
        moment = self._mindbox_moment(mark.event, moment)
        moment = self._mindbox_rise(mark.event, moment)
        for endpoint in self._mindbox_endpoints(mark.website_id):
            operation = self._mindbox_find_operation(endpoint, mark.event, facts)
            if operation:
                row = self._mindbox_prepare_row(mark.event, operation)
                row["endpoint_id"] = endpoint.id
                row["occurred_at"] = moment
                row["partner_id"] = customer.id or None
                row["cleared"] = _join_words(facts.get("cleared", ()))
                row["left_contacts"] = _join_words(facts.get("left", ()))
                row["instead_of"] = next(iter(facts.get("instead_of", ())), None)
                row["customer_key"] = self._mindbox_customer_key(customer, visitor)
                row.update(visitor)
                if at_once or not self._mindbox_event(mark.event).topic:
                    row["merge_key"] = None
                    row |= (
                        endpoint._get_build_failure(failure)
                        if failure
                        else self._mindbox_prepare_fact(endpoint, row, facts)
                    )
                rows.append(row)
        return rows

    def _mindbox_find_operation(self, endpoint, event, facts):
        """Return the operation of an event, None where nothing is to be told."""
        if self._mindbox_is_told_otherwise(endpoint, event, **facts):
            return None
        return endpoint._get_operation(event)

    def _mindbox_prepare_row(self, event, operation):
        """Return the column values of a new row that do not depend on the moment."""
        topic = self._mindbox_event(event).topic
        return {
            "operation_id": operation["id"],
            "event": event,
            "mode": operation["mode"],
            "res_model": self._name,
            "res_id": self.id,
            "merge_key": topic and f"{topic}/{self._name}/{self.id}" or None,
            "transaction_id": str(uuid.uuid4()),
            "next_attempt_at": datetime.utcnow().replace(microsecond=0),
            "priority": operation["priority"],
            "state": "pending",
            "attempts": 0,
            "payload": None,
            **NO_REASON.get_values(),
        }

    def _mindbox_prepare_fact(self, endpoint, row, facts):
        """Return the values of a fact: its body is of this moment, or a reason."""
        record = endpoint._with_sender(self)
        if leaving := self.env.context.get(LAST_KEY):
            record = record.with_context(**{LAST_KEY: leaving})
        return endpoint._build_row_values(record, row, **facts)


def _get_key(row):
    return row["endpoint_id"], row["merge_key"]


def _join_words(words):
    return " ".join(sorted(words)) or None
