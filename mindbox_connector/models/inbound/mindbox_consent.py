# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Decisions that Mindbox has told: the newest word of a customer counts."""

from datetime import timedelta

from odoo import api, fields, models

from ...exceptions import MindboxSkipped
from ...reasons import Reason
from ..capture.mindbox_source import SKIP_KEY

# Key of a transaction's decisions and of whom not to tell: whose Mindbox has told us.
TOLD_BY = "mindbox_connector.told_by"
# Where a decision comes from, by the way that Mindbox has told of it.
SOURCES = {"webhook": "mindbox", "export": "mindbox_export"}
# So long Mindbox may take to work off what it has accepted.
SETTLED = timedelta(minutes=10)


class MindboxConsent(models.Model):
    _name = "mindbox.consent"
    _inherit = ["mindbox.consent"]

    source = fields.Selection(
        selection_add=[("mindbox_export", "Mindbox, by the export")],
        ondelete={"mindbox_export": "set default"},
    )

    @api.model
    def _hear(self, call, place, agreed):
        """Record what a customer has decided in Mindbox, where it is the last word.

        It is recorded also where nothing changes: a call that comes late is measured
        by the newest moment.

        :param call: the ``mindbox.inbound`` that tells it, and of whom and when
        :param place: (channel, the ``mindbox.topic`` or an empty one)
        :return: the new decision
        :raise MindboxSkipped: something newer is known
        """
        channel, topic = place
        endpoint, partner, moment = call.endpoint_id, call.partner_id, call.occurred_at
        earlier = self.search(
            [
                ("partner_id", "=", partner.id),
                ("channel", "=", channel),
                ("topic", "=", topic.code or False),
            ]
        )
        earlier[:1]._check_beaten(agreed, moment)
        if call.way == "export":
            earlier[:1]._check_worked_off(call, agreed)
        values = {
            "partner_id": partner.id,
            "channel": channel,
            "topic_id": topic.id,
            "is_subscribed": agreed,
            "decided_at": moment,
            "source": SOURCES[call.way],
            "user_id": False,
            "endpoint_id": endpoint.id,
        }
        decision = self.with_context(**{SKIP_KEY: True}).create(values)
        earlier._withdraw_requests(endpoint)
        decision._note_told(endpoint)
        return decision

    def _check_beaten(self, agreed, moment):
        """Check that a decision in Mindbox is later than this one, the last until now.

        Of two at the same moment the withdrawal counts. What was decided here is known
        to the second.

        :raise MindboxSkipped: this one counts
        """
        if not self:
            return
        is_local = self.source not in SOURCES.values()
        moment = moment.replace(microsecond=0) if is_local else moment
        if (moment, not agreed) > (self.decided_at, not self.is_subscribed):
            return
        if self.is_subscribed == agreed:
            raise MindboxSkipped("inbound_known")
        if is_local:
            raise MindboxSkipped("inbound_conflict")
        raise MindboxSkipped("inbound_outdated")

    def _check_worked_off(self, call, agreed):
        """Check that Mindbox has known this decision when an export said otherwise.

        An export says how it is, and when something of the customer has changed last,
        not what. So a decision of here counts as the later one until Mindbox is sure to
        have known it; and nobody is subscribed again on a guess.

        :raise MindboxSkipped: this one counts
        """
        if not self or self.source in SOURCES.values():
            return
        known = self.env["mindbox.ledger"].search(
            [
                ("endpoint_id", "=", call.endpoint_id.id),
                ("kind", "=", "consents"),
                ("res_id", "=", self.id),
            ]
        )
        if not known:
            is_sure = not agreed and not self._get_waiting(call.endpoint_id)
        else:
            is_settled = known.acknowledged_at < call.received_at - SETTLED
            is_sure = known.known_from == "processed" or is_settled and not agreed
        if not is_sure:
            raise MindboxSkipped("inbound_conflict")

    def _get_waiting(self, endpoint):
        """Return the requests of these decisions that have not left yet."""
        return self.env["mindbox.request"].search(
            [
                ("endpoint_id", "=", endpoint.id),
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("state", "=", "pending"),
            ]
        )

    def _withdraw_requests(self, endpoint):
        """What was decided before and has not left yet would undo what Mindbox says."""
        reason = Reason("consent_outdated")
        self._get_waiting(endpoint).write({"state": "cancelled", **reason.get_values()})

    def _note_told(self, endpoint):
        """Mindbox has told the decision: it knows it, other projects must hear of it.

        :param endpoint: by which Mindbox has told it
        """
        told = {
            "res_id": self.id,
            "partner_id": self.partner_id.id,
            "state": self._get_told_state(endpoint),
        }
        self.env["mindbox.ledger"]._acknowledge(endpoint, "consents", [told])
        told_by = self.env.cr.precommit.data.setdefault(TOLD_BY, set())
        told_by.add((self.id, endpoint.id))
        self.with_context(**{SKIP_KEY: False})._mindbox_mark("customer_subscription")

    def _mindbox_is_told_otherwise(self, endpoint, event, **facts):
        told_by = self.env.cr.precommit.data.get(TOLD_BY, ())
        if (self.id, endpoint.id) in told_by:
            return True
        return super()._mindbox_is_told_otherwise(endpoint, event, **facts)
