# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The event of this add-on, beside those of the connector."""

from odoo import models
from odoo.tools.translate import LazyTranslate

from odoo.addons.mindbox_connector.catalogue import Event

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

SEGMENT_SET = "segment_set"


class MindboxCatalogue(models.AbstractModel):
    _inherit = "mindbox.catalogue"

    def _events(self):
        event = Event(
            _lt("RFM segment changed"),
            "rfm.run",
            "DirectCrm.StaticCustomerSegments.Import",
            topic="segment",
            priority=30,
            mode="bulk",
            # An import has no time of its own.
            send_execution_time=False,
        )
        return super()._events() | {SEGMENT_SET: event}
