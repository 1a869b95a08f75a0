# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The event of this add-on, beside those of the connector."""

from odoo import models
from odoo.tools.translate import LazyTranslate

from odoo.addons.mindbox_connector.catalogue import Event, Kind

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

SEGMENT_SET = "segment_set"
SEGMENTS = "segments"
# Names of what is told: the prefix says the way.
SEGMENTATION, FIELD, OPERATION = "segmentation/", "field/", "operation/"
# {"field/…": value} of a call that sets fields, "" where it empties one; else
# {"operation/": code} of the operation's segment
SEGMENT = f"""
    COALESCE(
        (SELECT jsonb_object_agg(
                    '{FIELD}' || part.key,
                    CASE WHEN part.value = to_jsonb('%%CLEAR%%'::text) THEN '""'
                         ELSE part.value END)
           FROM jsonb_each((body->'customer'->'customFields')::jsonb) AS part),
        (SELECT jsonb_build_object('{OPERATION}', COALESCE(segment.code, ''))
           FROM mindbox_operation operation
           LEFT JOIN rfm_segment segment ON segment.id = operation.rfm_segment_id
          WHERE operation.id = request.operation_id))
"""


class MindboxCatalogue(models.AbstractModel):
    _inherit = "mindbox.catalogue"

    def _events(self):
        event = Event(
            _lt("RFM segment changed"),
            "rfm.scheme",
            "DirectCrm.StaticCustomerSegments.Import",
            topic="segment",
            priority=30,
            mode="bulk",
            # An import has no time of its own.
            send_execution_time=False,
            kind=SEGMENTS,
        )
        return super()._events() | {SEGMENT_SET: event}

    def _kinds(self):
        kind = Kind(
            _lt("RFM Segments"),
            "res.partner",
            SEGMENT_SET,
            expected="_mindbox_expected_segments",
            send="_mindbox_send_segments",
            told={"state": SEGMENT},
        )
        return super()._kinds() | {SEGMENTS: kind}
