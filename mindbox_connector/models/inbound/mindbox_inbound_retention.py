# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How long calls from Mindbox are kept, and what is forgotten with a customer."""

import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...parameters import get_number
from ...reasons import Reason
from ..outbox.mindbox_retention import GC_CHUNK, RETENTION_DAYS

FINISHED = ("applied", "ignored")


class MindboxInbound(models.Model):
    _name = "mindbox.inbound"
    _inherit = ["mindbox.inbound"]

    @api.autovacuum
    def _gc_calls(self):
        """Empty bodies and remove calls that are older than the settings say.

        :return: (calls done, whether more remain), for the autovacuum to call again
        """
        bodies = SQL("UPDATE mindbox_inbound SET body = NULL")
        with_body, any_row = SQL("body IS NOT NULL"), SQL("TRUE")
        rows = SQL("DELETE FROM mindbox_inbound")
        chunks = (
            self._gc_chunk(bodies, FINISHED, "body", with_body),
            self._gc_chunk(rows, FINISHED, "row", any_row),
            self._gc_chunk(rows, ("refused",), "rejected", any_row),
        )
        return sum(chunks), max(chunks) >= GC_CHUNK

    def _gc_chunk(self, change, states, name, condition):
        """Change some calls that are old; return how many.

        :param SQL change: the statement without its condition
        :param str name: of the parameter with the days
        """
        days = get_number(self.env, f"{name}_days", RETENTION_DAYS[name])
        query = SQL(
            """
            %s WHERE id = ANY(ARRAY(
                SELECT id FROM mindbox_inbound
                 WHERE received_at < %s AND state IN %s AND %s
                 ORDER BY received_at LIMIT %s FOR UPDATE SKIP LOCKED
            )) RETURNING id
            """,
            change,
            fields.Datetime.now() - timedelta(days=days),
            states,
            condition,
            GC_CHUNK,
        )
        return len(self.env.execute_query(query))

    # === FORGETTING === #

    @api.model
    def _forget(self, partners):
        """Leave no body that tells of erased customers, and apply none any more."""
        self.flush_model()
        erased = Reason("customer_erased")
        query = SQL(
            """
            UPDATE mindbox_inbound
               SET body = NULL, reason_details = NULL,
                   reason_code = CASE WHEN state = 'received' THEN %(code)s
                                      ELSE reason_code END,
                   state = CASE WHEN state = 'received' THEN 'ignored' ELSE state END
             WHERE partner_id = ANY(%(partners)s)
                OR body IS NOT NULL AND (%(naming)s)
            """,
            code=erased.code,
            partners=partners._with_addresses().ids,
            naming=self._get_naming(partners),
        )
        self.env.cr.execute(query)
        self.invalidate_model()

    def _get_naming(self, partners):
        """Return the condition of bodies that name customers, by ID or in words."""
        names = self.env["mindbox.endpoint"]._get_customer_id_names()
        named = "|".join(map(re.escape, names))
        ids = "|".join(map(str, partners.ids))
        patterns = [rf'"({named})"\s*:\s*"?({ids})"?\s*[,}}]']
        words = partners._get_mindbox_patterns()
        if words:
            # Of a phone they have the last digits.
            patterns.append(rf"(?<![[:alpha:]])({'|'.join(words)})(?!\w)")
        return SQL(" OR ").join(SQL("body ~* %s", pattern) for pattern in patterns)
