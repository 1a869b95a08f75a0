# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
import logging

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from ..job.fault import log_fault
from .json_text import to_json

_logger = logging.getLogger(__name__)

# Kept ones that become rows in one transaction, at most.
CHUNK = 500
# Seconds from one try to the next, while something is in the way.
RECORD_INTERVAL = 3
# Conditions of those that are tried whenever something is claimed, and of all.
UNTRIED = SQL("failure IS NULL")
ALL = SQL("TRUE")
HOPEFUL = [("failure", "=", False)]


class MindboxUnrecorded(models.Model):
    """What the outbox could not take in, kept in the shop's own transaction.

    The table refers to no other one, so that nobody's lock keeps it from being filled.
    An ID is the one that the row will have: it keeps its place in the queue.
    """

    _name = "mindbox.unrecorded"
    _description = "Event Kept for the Outbox"
    _log_access = False

    customer_key = fields.Char(readonly=True, index=True)
    content = fields.Text(required=True, readonly=True)
    failure = fields.Char(
        readonly=True, help="The kind of fault because of which it is no row yet."
    )

    @api.model
    def _keep(self, contents):
        """Keep what is to be recorded, in the caller's transaction.

        :param list contents: dicts; of a row its values, of others what
            :meth:`_get_rows` understands
        """
        kept = [
            {"content": to_json(content), "key": content.get("customer_key")}
            for content in contents
        ]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO mindbox_unrecorded (id, customer_key, content)
                SELECT nextval('mindbox_request_id_seq'),
                       kept ->> 'key', kept ->> 'content'
                  FROM json_array_elements(%s::json)
                       WITH ORDINALITY AS new (kept, position)
                 ORDER BY position
                """,
                to_json(kept),
            ),
            log_exceptions=False,
        )

    @api.model
    def _record(self, which=UNTRIED):
        """Make rows of what is kept.

        :param SQL which: a condition
        :return: the customers of whom something cannot become a row now, though soon
        """
        self.env.cr.execute(
            SQL(
                "SELECT id, customer_key, content FROM mindbox_unrecorded"
                " WHERE %s ORDER BY id LIMIT %s FOR UPDATE",
                which,
                CHUNK,
            ),
            log_exceptions=False,
        )
        kept = self.env.cr.fetchall()
        return [key for row_id, key, text in kept if not self._record_one(row_id, text)]

    def _record_one(self, row_id, text):
        """Make rows of one; tell whether nothing later has to wait for it."""
        try:
            with self.env.cr.savepoint(flush=False):
                content = json.loads(text)
                rows = self._leave_gone(self._get_rows(content))
                for number, row in enumerate(rows):
                    # The first one has the place that was kept for it.
                    place = {} if number else {"id": row_id}
                    # What it leads to may be gone: another one is found by the event.
                    row = {**row, "operation_id": None, **place}
                    self.env["mindbox.request"]._insert([row])
                self.env.cr.execute(
                    SQL("DELETE FROM mindbox_unrecorded WHERE id = %s", row_id)
                )
        except psycopg2.OperationalError:
            # It passes by itself, as a lock does.
            return False
        except Exception as error:
            log_fault(_logger, f"Kept event {row_id} is not recorded", error)
            self.env.cr.execute(
                SQL(
                    "UPDATE mindbox_unrecorded SET failure = %s WHERE id = %s",
                    type(error).__name__,
                    row_id,
                )
            )
        return True

    def _get_rows(self, content):
        """Hook: return the rows of the outbox that something kept stands for."""
        return [content]

    def _leave_gone(self, rows):
        """Return the rows whose customer and integration point are there still."""
        partners, endpoints = self.env["res.partner"], self.env["mindbox.endpoint"]
        return [
            row
            for row in rows
            if endpoints.browse(row["endpoint_id"]).exists()
            and (not row["partner_id"] or partners.browse(row["partner_id"]).exists())
        ]

    @api.model
    def _forget(self, partners):
        """Keep nothing of customers who are erased."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM mindbox_unrecorded WHERE customer_key = ANY(%s)",
                [f"partner-{partner_id}" for partner_id in partners.ids],
            )
        )

    @api.model
    def _get_due_delay(self):
        """Return in how many seconds something is tried again, None for nothing."""
        return RECORD_INTERVAL if self.search_count(HOPEFUL, limit=1) else None

    @api.model
    def _count_failed(self):
        """Return how many are not recorded, and do not become rows by themselves."""
        return self.sudo().search_count([("failure", "!=", False)])
