# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A consent was given or withdrawn in Mindbox: by the link in a mail, as a rule."""

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...exceptions import MindboxRejected, MindboxSkipped
from ..consent.mindbox_consent import CHANNELS
from .kinds import InboundKind

# A label is translated when it is shown: there is no environment here.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

BY_NAME = {name.lower(): channel for channel, name in CHANNELS.items()}
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
# Of what is not applied, the reason that is shown where there are several.
WORST_FIRST = ("inbound_conflict", "inbound_outdated", "inbound_known")


class MindboxCatalogue(models.AbstractModel):
    _name = "mindbox.catalogue"
    _inherit = ["mindbox.catalogue"]

    def _inbound_kinds(self):
        consent = InboundKind(
            _lt("Consent given or withdrawn"),
            _lt("A subscription of the customer has changed."),
            {
                "subscriptions": [
                    {
                        "pointOfContact": "Email",
                        "topic": "",
                        "isSubscribed": False,
                    }
                ]
            },
        )
        return super()._inbound_kinds() | {"consent": consent}


class MindboxInbound(models.Model):
    _name = "mindbox.inbound"
    _inherit = ["mindbox.inbound"]

    def _apply_consent(self, data):
        """Record the decisions of the call; those that something newer is known of not.

        :return: the decisions
        :raise MindboxReasonError: there is none to record
        """
        decisions, left = self.env["mindbox.consent"], {}
        for place, agreed in self._read_subscriptions(data):
            try:
                decisions |= decisions._hear(self, place, agreed)
            except MindboxSkipped as skipped:
                left[skipped.reason.code] = skipped
        if not decisions:
            # All of another brand is nothing new for this one.
            left.setdefault("inbound_known", MindboxSkipped("inbound_known"))
            raise next(left[code] for code in WORST_FIRST if code in left)
        return decisions

    def _read_subscriptions(self, data):
        """Return [((channel, topic), agreed)] of a body.

        :raise MindboxReasonError: there is none, or one that cannot be understood
        """
        parts = data.get("subscriptions")
        if not isinstance(parts, list) or not parts:
            raise MindboxRejected("inbound_part", part="subscriptions")
        return [
            ((channel, self._read_topic(part)), self._read_agreed(part))
            for part in parts
            for channel in self._read_channels(part)
        ]

    def _read_channels(self, part):
        """Return the channels of a part; without one it is a withdrawal of all."""
        if not isinstance(part, dict):
            raise MindboxRejected("inbound_part", part="subscriptions")
        brand = part.get("brand") or ""
        if brand and brand != (self.endpoint_id.brand or brand):
            # Another brand's of the same project.
            return []
        name = part.get("pointOfContact") or ""
        if not name and not self._read_agreed(part):
            return list(CHANNELS)
        channel = BY_NAME.get(str(name).lower())
        if not channel:
            raise MindboxRejected("inbound_part", part="pointOfContact")
        return [channel]

    def _read_agreed(self, part):
        value = part.get("isSubscribed")
        agreed = BOOLEANS.get(str(value).lower())
        if agreed is None:
            raise MindboxRejected("inbound_part", part="isSubscribed")
        return agreed

    def _read_topic(self, part):
        """Return the topic of a part, an empty one for all of the channel."""
        topics, code = self.env["mindbox.topic"], part.get("topic")
        if not code:
            return topics
        company = self.endpoint_id.company_id
        if found := topics._find(str(code), company):
            return found
        raise MindboxRejected("inbound_topic", topic=self._shorten(part, "topic"))
