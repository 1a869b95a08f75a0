# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The customer has entered or left a segment of Mindbox."""

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...exceptions import MindboxRejected
from ...fields import SYSTEM_NAME
from .kind_consent import BOOLEANS
from .kinds import InboundKind

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)


class MindboxCatalogue(models.AbstractModel):
    _name = "mindbox.catalogue"
    _inherit = ["mindbox.catalogue"]

    def _inbound_kinds(self):
        segment = InboundKind(
            _lt("Segment entered or left"),
            _lt("The customer has entered or left a segment."),
            {"segmentation": "", "segment": "", "inSegment": True},
        )
        return super()._inbound_kinds() | {"segment": segment}


class MindboxInbound(models.Model):
    _name = "mindbox.inbound"
    _inherit = ["mindbox.inbound"]

    def _apply_segment(self, data):
        """Note in which segment the customer is.

        :return: the ``mindbox.membership``
        :raise MindboxReasonError: it cannot be understood, or something newer is known
        """
        for part in ("segmentation", "segment"):
            if not SYSTEM_NAME.fullmatch(str(data.get(part) or "")):
                raise MindboxRejected("inbound_part", part=part)
        is_member = BOOLEANS.get(str(data.get("inSegment")).lower())
        if is_member is None:
            raise MindboxRejected("inbound_part", part="inSegment")
        return self.env["mindbox.membership"]._hear(
            self.endpoint_id,
            self.partner_id,
            (str(data["segmentation"]), str(data["segment"])),
            is_member,
            self.occurred_at,
        )
