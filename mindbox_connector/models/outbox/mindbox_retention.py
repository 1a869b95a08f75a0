# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How long bodies and rows are kept."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...parameters import get_number

# Days to keep what is finished, where the settings say nothing: the bodies, the rows,
# and the rows that somebody has to look at.
RETENTION_DAYS = {"body": 3, "row": 30, "rejected": 180}
# Rows emptied or removed by one statement.
GC_CHUNK = 10_000


class MindboxRequest(models.Model):
    _name = "mindbox.request"
    _inherit = ["mindbox.request"]

    @api.autovacuum
    def _gc_requests(self):
        """Empty bodies and remove rows that are older than the settings say.

        :return: (rows done, whether more remain), for the autovacuum to call again
        """
        days = {
            name: get_number(self.env, f"{name}_days", default)
            for name, default in RETENTION_DAYS.items()
        }
        chunks = (
            self._gc_bodies(days["body"]),
            self._gc_rows(("sent", "skipped", "cancelled"), days["row"]),
            self._gc_rows(("rejected",), days["rejected"]),
        )
        return sum(chunks), max(chunks) >= GC_CHUNK

    # An array is made once; a subquery with a limit may be evaluated once per row.

    def _gc_bodies(self, days):
        return len(
            self.env.execute_query(
                SQL(
                    """
                    UPDATE mindbox_request
                       SET payload = NULL, response = NULL, left_contacts = NULL
                     WHERE id = ANY(ARRAY(
                         SELECT id FROM mindbox_request
                          WHERE state IN ('sent', 'skipped', 'cancelled')
                            AND next_attempt_at < %s
                            AND (payload IS NOT NULL OR response IS NOT NULL)
                          ORDER BY next_attempt_at
                          LIMIT %s
                            FOR UPDATE SKIP LOCKED
                     )) RETURNING id
                    """,
                    fields.Datetime.now() - timedelta(days=days),
                    GC_CHUNK,
                )
            )
        )

    def _gc_rows(self, states, days):
        return len(
            self.env.execute_query(
                SQL(
                    """
                    DELETE FROM mindbox_request WHERE id = ANY(ARRAY(
                        SELECT id FROM mindbox_request
                         WHERE state IN %s
                           AND next_attempt_at < %s
                         ORDER BY next_attempt_at
                         LIMIT %s
                           FOR UPDATE SKIP LOCKED
                    )) RETURNING id
                    """,
                    tuple(states),
                    fields.Datetime.now() - timedelta(days=days),
                    GC_CHUNK,
                )
            )
        )
