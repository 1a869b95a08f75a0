# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an export tells is written down as a call would be, and applied like one."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..outbox.json_text import to_text
from .mindbox_inbound_customer import ID
from .moments import read_moment


class MindboxInbound(models.Model):
    _name = "mindbox.inbound"
    _inherit = ["mindbox.inbound"]

    @api.model
    def _take(self, export, kind, told):
        """Write down what an export tells, once, however often it is read.

        :param str kind: a kind of call
        :param list told: triples of the customer's ID, the moment as Mindbox has
            written it, and what is the kind's own in a body
        :return: how much of it is new
        """
        if not told:
            return 0
        rows = [self._make_row(export, kind, *one) for one in told]
        taken = self._insert(*rows)
        if taken:
            export.endpoint_id._kick_inbound()
        return taken

    def _make_row(self, export, kind, partner_id, moment, part):
        ids = {export.endpoint_id.customer_id_name: str(partner_id)}
        body = {"kind": kind, "occurredAt": moment, "customer": {"ids": ids}} | part
        text, now = to_text(body), fields.Datetime.now()
        return {
            "endpoint_id": export.endpoint_id.id,
            "transaction_id": self._get_key(text, None, body),
            "kind": kind,
            "way": "export",
            "state": "received",
            "received_at": export.asked_at,
            "occurred_at": min(read_moment(moment) or export.asked_at, now),
            "body": text,
        }


class MindboxExport(models.Model):
    _name = "mindbox.export"
    _inherit = ["mindbox.export"]

    def _find_customers(self, rows):
        """Return [(customer's ID, row)] of the rows that are about our customers.

        :param rows: [(``ids`` of Mindbox, row)]
        """
        name = self.endpoint_id.customer_id_name.lower()
        found = []
        for ids, row in rows:
            ids = ids if isinstance(ids, dict) else {}
            mine = [str(value) for key, value in ids.items() if key.lower() == name]
            if mine and ID.fullmatch(mine[0]):
                found.append((int(mine[0]), row))
        known = self._filter_known([partner_id for partner_id, _row in found])
        return [(partner_id, row) for partner_id, row in found if partner_id in known]

    def _filter_known(self, ids):
        """Return the IDs of contacts that are there and were not erased."""
        query = SQL(
            """
            SELECT id FROM res_partner
             WHERE id = ANY(%s) AND mindbox_erased_at IS NULL
               AND (company_id IS NULL OR company_id = %s)
            """,
            ids,
            self.endpoint_id.company_id.id,
        )
        return {partner_id for (partner_id,) in self.env.execute_query(query)}


def dig(row, *names):
    """Return the value of a row by the names that lead to it, None for none."""
    for name in names:
        row = row.get(name) if isinstance(row, dict) else None
    return row
