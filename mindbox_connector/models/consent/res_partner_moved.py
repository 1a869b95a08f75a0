# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whose decisions count, once who was one in Mindbox are two; or one."""

from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    def _on_mindbox_move(self, endpoint, before, person):
        result = super()._on_mindbox_move(endpoint, before, person)
        decisions = self.env["mindbox.consent"].sudo()
        own = decisions._find_newest(self)
        if own:
            persons = self.env["mindbox.person"].sudo()
            here = decisions._find_newest(persons._get_group(endpoint, person) | self)
            there = persons._get_group(endpoint, before) - self
            left = decisions._find_newest(there)
            for key, decision in own.items():
                here[key]._mindbox_mark("customer_subscription")
                if key in left:
                    left[key]._mindbox_mark("customer_subscription")
                elif before and before != self and decision.is_subscribed:
                    before._mindbox_take_back(decision)
        return result

    def _mindbox_take_back(self, decision):
        """Somebody else had agreed: until this one does, Mindbox must not write."""
        if self._mindbox_customer() == self:
            self.env["mindbox.consent"].sudo().create(
                {
                    "partner_id": self.id,
                    "channel": decision.channel,
                    "topic_id": decision.topic_id.id,
                    "is_subscribed": False,
                    "source": "shared",
                }
            )


class MindboxConsent(models.Model):
    _name = "mindbox.consent"
    _inherit = ["mindbox.consent"]

    def _find_newest(self, partners):
        """Return {(channel, topic): the newest decision} of customers who are one."""
        found = self.search([("partner_id", "in", partners.ids)])
        newest_last = found.sorted(lambda decision: (decision.decided_at, decision.id))
        return {(d.channel, d.topic or ""): d for d in newest_last}
