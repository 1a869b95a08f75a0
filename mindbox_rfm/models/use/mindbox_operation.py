# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from odoo.addons.mindbox_connector.models.endpoint.mindbox_operation import (
    MindboxOperation as Usual,
)


class MindboxOperation(models.Model):
    _inherit = "mindbox.operation"

    rfm_segment_id = fields.Many2one(
        "rfm.segment",
        string="RFM Segment",
        ondelete="cascade",
        help="The operation that puts a customer into this segment. The one without a "
        "segment takes the customer out of all of them.",
    )

    _mindbox_cached_fields = Usual._mindbox_cached_fields | {"rfm_segment_id"}

    _event_uniq = models.UniqueIndex(
        "(endpoint_id, event, for_guests, COALESCE(rfm_segment_id, 0)) WHERE active",
        "This event has an operation already.",
    )

    def _get_route_values(self):
        values = super()._get_route_values()
        return values | {"rfm_segment_id": self.rfm_segment_id.id}

    def _is_special(self):
        return bool(self.rfm_segment_id) or super()._is_special()
