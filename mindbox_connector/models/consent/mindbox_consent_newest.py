# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The decisions that count now: of each customer, channel and topic the newest."""

from odoo import api, models
from odoo.tools import SQL

NEWEST = """
    SELECT DISTINCT ON (partner_id, channel, COALESCE(topic, ''))
           partner_id, channel, COALESCE(topic, ''), is_subscribed, id
      FROM mindbox_consent WHERE partner_id = ANY(%s)
     ORDER BY partner_id, channel, COALESCE(topic, ''), decided_at DESC, id DESC
"""


class MindboxConsent(models.Model):
    _name = "mindbox.consent"
    _inherit = ["mindbox.consent"]

    @api.model
    def _get_state(self, partner):
        """Return {(channel, topic): agreed} by the newest decisions of a customer."""
        state = {}
        for decision in self.search([("partner_id", "=", partner.id)]):
            key = (decision.channel, decision.topic or "")
            state.setdefault(key, decision.is_subscribed)
        return state

    @api.model
    def _read_newest(self, partner_ids):
        """Return {customer ID: {(channel, topic): (agreed, ID)}} of what counts now.

        Of many customers in one statement, whoever asks.
        """
        self.flush_model()
        rows = self.env.execute_query(SQL(NEWEST, list(partner_ids)))
        newest = {}
        for partner_id, channel, topic, agreed, decision_id in rows:
            of_partner = newest.setdefault(partner_id, {})
            of_partner[channel, topic] = (agreed, decision_id)
        return newest

    def _filter_newest(self):
        """Return those of these decisions that count: the newest of each channel."""
        newest = {}
        for decision in self.sorted(lambda d: (d.decided_at, d.id)):
            key = (decision.partner_id, decision.channel, decision.topic or "")
            newest[key] = decision
        return self.browse().concat(*newest.values())
