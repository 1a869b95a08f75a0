# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which segment Mindbox should know of a customer, and how one is told of alone."""

from odoo import models
from odoo.tools import SQL

from odoo.addons.mindbox_connector.exceptions import MindboxSkipped
from odoo.addons.mindbox_connector.models.outbox.json_text import CLEAR

from .mindbox_catalogue import FIELD, OPERATION, SEGMENT_SET
from .telling import IS_DUE, get_due

EXPECTED = """
    SELECT due.partner_id AS res_id, due.partner_id, due.segment_since AS date,
           NULL::numeric AS amount, NULL::timestamp AS changed_at,
           COALESCE(customer.create_date, now() at time zone 'UTC') AS created_at,
           due.due AS state
      FROM (%(due)s) AS due
      JOIN res_partner customer ON customer.id = due.partner_id
     -- An import that waits may tell of anybody.
     WHERE NOT EXISTS (
           SELECT FROM mindbox_request request
            WHERE request.endpoint_id = %(endpoint)s AND request.state = 'pending'
              AND request.event = %(event)s AND request.mode = 'bulk')
       AND due.due != '{}'
"""


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    # === COMPARED === #

    def _mindbox_expected_segments(self, endpoint):
        """The segments of the active scheme, of all customers that Mindbox knows."""
        scheme = endpoint._get_rfm_scheme()
        return SQL(
            EXPECTED,
            due=get_due(scheme, endpoint),
            endpoint=endpoint.id,
            event=SEGMENT_SET,
        )

    def _mindbox_send_segments(self, endpoint, kind, missing):
        """Tell the segments anew: one import tells of all of whom something is due."""
        scheme = endpoint._get_rfm_scheme()
        source = scheme if scheme.mindbox_way == "bulk" else self
        source._mindbox_mark(kind.first_event)

    # === TOLD ALONE === #

    def _mindbox_find_operation(self, endpoint, event, facts):
        """Of a customer whose segment Mindbox knows nothing is recorded."""
        if event == SEGMENT_SET and not self._get_segment_due(endpoint):
            return None
        return super()._mindbox_find_operation(endpoint, event, facts)

    def _get_segment_due(self, endpoint, condition=IS_DUE):
        """Return {name: value} of what a customer is due to be told."""
        scheme = endpoint._get_rfm_scheme()
        if not scheme or scheme.mindbox_way in ("none", "bulk"):
            return {}
        self.env.flush_all()
        due = get_due(scheme, endpoint, self.ids)
        rows = self.env.execute_query(
            SQL("SELECT due.due FROM (%s) AS due WHERE %s", due, SQL(condition))
        )
        return rows[0][0] if rows else {}

    def _mindbox_operation(self, event, endpoint):
        """Where each segment has an operation of its own, the one that is due."""
        if event != SEGMENT_SET or not endpoint._has_segment_operations():
            return super()._mindbox_operation(event, endpoint)
        code = self._get_segment_due(endpoint, "TRUE").get(OPERATION)
        if code is None:
            raise MindboxSkipped("nobody_to_tell")
        segments = endpoint._get_rfm_scheme().segment_ids
        segment = segments.filtered(lambda segment: code and segment.code == code)
        operation = endpoint._get_segment_operations().get(segment.id)
        if not operation:
            raise MindboxSkipped("no_segment_operation", segment=segment.name or "–")
        return operation

    def _mindbox_segment_set_body(self, endpoint):
        """Return who it is, and the fields that are due where there are any.

        :raise MindboxSkipped: nothing is due
        """
        self._mindbox_check_included(endpoint)
        customer = {"ids": {endpoint.customer_id_name: str(self.id)}}
        if endpoint._has_segment_operations():
            # The operation says it all; whether one is due is decided with it.
            return {"customer": customer}
        due = self._get_segment_due(endpoint, "TRUE")
        if not due:
            raise MindboxSkipped("nobody_to_tell")
        told = {
            name.removeprefix(FIELD): CLEAR if value == "" else value
            for name, value in due.items()
        }
        return {"customer": customer | {"customFields": told}}
