# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from ...fields import SystemName


class MindboxTopic(models.Model):
    """What customers can hear of: a topic of Mindbox, with a name for people."""

    _name = "mindbox.topic"
    _description = "Topic of Consents"
    _inherit = "mindbox.owned"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    name = fields.Char(
        required=True, translate=True, help="How customers read it, in each language."
    )
    code = SystemName(
        string="System Name", required=True, help="Of the topic in Mindbox."
    )
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Empty: of all companies. Only administrators change those.",
    )
    portal_channel = fields.Selection(
        lambda self: self.env["mindbox.consent"]._fields["channel"].selection,
        string="On the Customer's Page",
        help="Customers find the topic in My subscriptions, below this channel. Empty: "
        "they do not.",
    )

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "There is a topic with this system name."
    )

    @api.model
    def _find(self, code, company):
        """Return the topic with a system name, of a company before those of all."""
        domain = [("code", "=", code), ("company_id", "in", [company.id, False])]
        topics = self.with_context(active_test=False).search(domain)
        return topics.sorted(lambda topic: not topic.company_id)[:1]
