# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools import SQL

from ..capture.mindbox_source import MILLISECOND


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    mindbox_consent_ids = fields.One2many("mindbox.consent", "partner_id")
    # Of a whole batch at once, as they are asked for when bodies are built.
    mindbox_decided_at = fields.Datetime(
        compute="_compute_mindbox_decided_at",
        compute_sudo=True,
        help="The moment of the last decision that was recorded for Mindbox.",
    )

    def _compute_mindbox_decided_at(self):
        latest = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT consent.partner_id, max(request.occurred_at)
                      FROM mindbox_consent consent
                      JOIN mindbox_request request ON request.res_id = consent.id
                       AND request.res_model = 'mindbox.consent'
                     WHERE consent.partner_id = ANY(%s)
                     GROUP BY consent.partner_id
                    """,
                    self.ids,
                )
            )
        )
        for partner in self:
            partner.mindbox_decided_at = latest.get(partner.id)

    def _mindbox_told_moment(self, event, moment):
        """Decisions leave first: an older profile after them would be out of date.

        Where a consent is withdrawn by an edit, both are edits for Mindbox.
        """
        moment = super()._mindbox_told_moment(event, moment)
        if event != "customer_edit" or not self.mindbox_decided_at:
            return moment
        return max(moment, self.mindbox_decided_at + MILLISECOND)

    def _on_erase(self):
        """Who is forgotten here must be deleted in Mindbox, too.

        Who has to hear of it is known until all else is forgotten.
        """
        knowers = self._get_mindbox_knowers()
        for partner in self:
            customer = partner._mindbox_customer()
            endpoints = customer == partner and customer._mindbox_endpoints(False)
            self.env["mindbox.erasure"]._add(
                partner, knowers[partner] | (endpoints or knowers[partner])
            )
        return super()._on_erase()
