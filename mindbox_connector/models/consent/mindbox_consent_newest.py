# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The decisions that count now: of each customer, channel and topic the newest."""

from odoo import api, models
from odoo.tools import SQL

# Who is known as somebody else has decided for that one.
NEWEST = """
    SELECT DISTINCT ON (person_id, channel, COALESCE(topic, ''))
           person_id, channel, COALESCE(topic, ''), is_subscribed, decision.id,
           decision.partner_id
      FROM (SELECT id AS person_id, id AS partner_id FROM unnest(%(ids)s) AS id
             UNION ALL
            SELECT person_id, partner_id FROM mindbox_person
             WHERE endpoint_id = %(endpoint)s AND person_id = ANY(%(ids)s)) AS known
      JOIN mindbox_consent decision USING (partner_id)
     ORDER BY person_id, channel, COALESCE(topic, ''), decided_at DESC, decision.id DESC
"""
# Whoever decides again has decided later, whatever the clock says.
FOLLOW = """
    UPDATE mindbox_consent decision SET decided_at = latest.decided_at
      FROM (SELECT later.id, max(earlier.decided_at) AS decided_at
              FROM mindbox_consent later
              JOIN mindbox_consent earlier USING (partner_id, channel)
             WHERE later.id = ANY(%s) AND earlier.id < later.id
               AND COALESCE(earlier.topic, '') = COALESCE(later.topic, '')
             GROUP BY later.id) AS latest
     WHERE decision.id = latest.id AND decision.decided_at < latest.decided_at
    RETURNING decision.id
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
    def _read_newest(self, endpoint, partner_ids):
        """Return {customer ID: {(channel, topic): (agreed, ID, whose)}} of what counts
        now, of many customers in one statement, whoever asks.

        Customers whom Mindbox knows as one have decided as one.
        """
        self.env.flush_all()
        values = {"endpoint": endpoint.id, "ids": list(partner_ids)}
        newest = {}
        for person_id, channel, topic, *decision in self.env.execute_query(
            SQL(NEWEST, **values)
        ):
            newest.setdefault(person_id, {})[channel, topic] = tuple(decision)
        return newest

    @api.model
    def _get_newest(self, endpoint, partners):
        """Return the decisions that count, of each customer, channel and topic one."""
        newest = self._read_newest(endpoint, partners.ids)
        return self.browse(
            decision_id
            for decided in newest.values()
            for _agreed, decision_id, _partner_id in decided.values()
        )

    def _follow_earlier_ones(self):
        """Let these be the newest, also after a clock that was ahead."""
        self.flush_model()
        if self and self.env.execute_query(SQL(FOLLOW, self.ids)):
            self.invalidate_recordset(["decided_at"])
