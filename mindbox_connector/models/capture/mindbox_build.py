# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bodies of rows: asked of the records they are about, whoever made the event.

Live events, sending again, replay and the delivery all build by these methods.
"""

import json
import logging
from collections import defaultdict

import psycopg2

from odoo import models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...exceptions import MindboxRejected, MindboxSkipped
from ...reasons import NO_REASON, Reason
from ..job.fault import log_fault
from ..outbox.json_text import to_text

_logger = logging.getLogger(__name__)

# The parts of a body that say whom it is about.
SOMEBODY = ("customer", "resultingCustomer")


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def _build_bodies(self, rows):
        result = super()._build_bodies(rows)
        sources = self._get_sources(rows)
        try:
            with self.env.cr.savepoint(flush=False):
                for row in rows:
                    self._build(row, sources)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except psycopg2.Error:
            # One of them breaks the transaction: find out which.
            for row in rows:
                self._build_alone(row, sources)
        return result

    def _get_sources(self, rows):
        """Return {(model, id): record}; records of a model are read together."""
        ids = defaultdict(list)
        for row in rows:
            ids[row["res_model"]].append(row["res_id"])
        return {
            (model, record.id): record
            for model, model_ids in ids.items()
            # The module of a model may be gone since the event.
            if model in self.env
            for record in self._with_sender(self.env[model].browse(model_ids)).exists()
        }

    def _build_alone(self, row, sources):
        try:
            with self.env.cr.savepoint(flush=False):
                self._build(row, sources)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except psycopg2.Error as error:
            row.update(self._get_build_failure(error))

    def _build(self, row, sources):
        record = sources.get((row["res_model"], row["res_id"]))
        facts = {"cleared": row["cleared"].split()} if row["cleared"] else {}
        if record and row.get("instead_of"):
            record = record.with_context(mindbox_instead=True)
        row.update(self._build_row_values(record, row, **facts))

    def _build_again(self, requests):
        """Return {request ID: column values}: what they would be if built now."""
        names = [
            "event",
            "occurred_at",
            "res_model",
            "res_id",
            "cleared",
            "instead_of",
            "device_uuid",
        ]
        rows = requests.read(names, load=False)
        sources = self._get_sources(rows)
        for row in rows:
            self._build_alone(row, sources)
        return {row["id"]: row for row in rows}

    def _build_row_values(self, record, row, **facts):
        """Return the values of a row's body; what names nobody is never sent.

        :param dict row: its event, moment and device
        """
        values = self._build_values(record, row["event"], row["occurred_at"], **facts)
        if values["payload"] and self._is_nobodys(row, values):
            nobody = Reason("no_identity").get_values()
            values |= {"state": "skipped", "payload": None, **nobody}
        return values

    def _is_nobodys(self, row, values):
        """Whether a body is about a customer, but neither it nor a device says whom."""
        event = self.env["mindbox.catalogue"]._get_events()[values["event"]]
        if "customers" not in event.needs or values["mode"] == "bulk":
            return False
        operation = self._get_operations().get(values["operation_id"])
        by_device = operation and operation["send_device_uuid"]
        if by_device and row.get("device_uuid"):
            return False
        body = json.loads(values["payload"])
        return not any(body.get(name) for name in SOMEBODY)

    def _build_values(self, record, event, occurred_at, **facts):
        """Return the column values of a row's body; or the reason why there is none.

        :raise psycopg2.Error: the transaction is broken
        """
        values = {"state": "pending", "payload": None, **NO_REASON.get_values()}
        try:
            return values | self._get_body_values(record, event, occurred_at, **facts)
        except MindboxSkipped as skipped:
            return values | {"state": "skipped", **skipped.reason.get_values()}
        except MindboxRejected as rejected:
            return values | {"state": "rejected", **rejected.reason.get_values()}
        except psycopg2.Error:
            raise
        except Exception as error:
            log_fault(_logger, f"Body of {event}", error)
            return values | self._get_build_failure(error)

    def _get_build_failure(self, error):
        # The text of an exception may hold personal data: only its kind is kept.
        reason = Reason("body_fault", {"kind": type(error).__name__})
        return {"state": "rejected", **reason.get_values()}

    def _get_body_values(self, record, event, occurred_at, **facts):
        """Return payload, final event, operation and mode for a record's event.

        :raise MindboxSkipped: a rule says that there is nothing to send
        """
        self.ensure_one()
        if record is None:
            raise MindboxSkipped("record_gone")
        if event not in self.env["mindbox.catalogue"]._get_events():
            # The add-on that knew it has left.
            raise MindboxSkipped("event_gone", event=event)
        if record._mindbox_is_forgotten(**facts):
            raise MindboxSkipped("customer_erased")
        event = record._mindbox_resolve(event, self)
        operation = record._mindbox_operation(event, self)
        if not operation:
            raise MindboxSkipped("operation_off")
        body = record._mindbox_body(event, self, **facts)
        self._check_mode(operation, body)
        if operation["send_execution_time"] and isinstance(body, dict):
            moment = record._mindbox_told_moment(event, occurred_at)
            body["executionDateTimeUtc"] = self._format_moment(moment)
        return {
            "event": event,
            "operation_id": operation["id"],
            "mode": operation["mode"],
            "payload": body if isinstance(body, str) else to_text(body),
        }

    def _check_mode(self, operation, body):
        """Check that a table goes out as a bulk import, and nothing else does.

        :raise MindboxSkipped: the operation was given another mode
        """
        if isinstance(body, str) != (operation["mode"] == "bulk"):
            raise MindboxSkipped("mode_mismatch")
