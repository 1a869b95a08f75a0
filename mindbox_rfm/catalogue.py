# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The event of this add-on, beside those of the connector."""

from odoo.addons.mindbox_connector.catalogue import EVENTS, RANK, Event

SEGMENT_SET = "segment_set"
EVENTS[SEGMENT_SET] = Event(
    "RFM segment changed",
    "rfm.run",
    "DirectCrm.StaticCustomerSegments.Import",
    topic="segment",
    priority=30,
    mode="bulk",
    # An import has no time of its own.
    send_execution_time=False,
)
RANK[SEGMENT_SET] = len(RANK)
EVENT_SELECTION_ADD = {
    "selection_add": [(SEGMENT_SET, EVENTS[SEGMENT_SET].label)],
    "ondelete": {SEGMENT_SET: "cascade"},
}
