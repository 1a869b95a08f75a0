# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo import models

from odoo.addons.mindbox_connector.exceptions import MindboxSkipped

from ..catalogue import SEGMENT_SET


class MindboxEndpoint(models.Model):
    _inherit = "mindbox.endpoint"

    def _get_body_values(self, record, event, occurred_at, **facts):
        """A run leaves as CSV; a customer by the operation of the segment."""
        if event != SEGMENT_SET or record is None:
            return super()._get_body_values(record, event, occurred_at, **facts)
        is_import = record._name in ("rfm.run", "rfm.scheme")
        if is_import:
            operation = self._get_operation(event)
            body = record._mindbox_segment_set_csv(self)
        else:
            operation = self._get_segment_operation(record)
            body = json.dumps(record._mindbox_segment_set_body(self))
        if not operation:
            raise MindboxSkipped(self.env._("The operation is switched off."))
        if (operation["mode"] == "bulk") != is_import:
            raise MindboxSkipped(
                self.env._(
                    "The mode of the operation does not fit: “One import per run” "
                    "needs Bulk, the other ways need Asynchronous or Synchronous."
                )
            )
        return {
            "event": event,
            "operation_id": operation["id"],
            "mode": operation["mode"],
            "payload": body,
        }

    def _get_segment_operation(self, partner):
        """Return the values of the operation for a customer's segment of now."""
        if partner._get_rfm_way(self) == "field":
            return self._get_operation(SEGMENT_SET)
        segment = partner.rfm_segment_id
        operation = self.operation_ids.filtered(
            lambda o: o.active
            and o.event == SEGMENT_SET
            and o.rfm_segment_id == segment
        )
        if not operation:
            raise MindboxSkipped(
                self.env._("No operation for the segment “%s”.", segment.name or "–")
            )
        return operation[0]._get_route_values()
