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
        """Those who share a contact may be one customer, with one set of decisions."""
        families = {partner: partner._mindbox_family() for partner in self}
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
                    self.union(*families.values()).ids,
                )
            )
        )
        for partner, family in families.items():
            moments = [latest[i] for i in family.ids if i in latest]
            partner.mindbox_decided_at = max(moments, default=False)

    def _mindbox_family(self):
        return self | self.sudo().mindbox_contact_ids.claimant_ids

    def _mindbox_told_moment(self, event, moment):
        """Decisions leave first: an older profile after them would be out of date.

        Where a consent is withdrawn by an edit, both are edits for Mindbox.
        """
        moment = super()._mindbox_told_moment(event, moment)
        if event != "customer_edit" or not self.mindbox_decided_at:
            return moment
        return max(moment, self.mindbox_decided_at + MILLISECOND)

    def _mindbox_has_agreed(self, endpoint):
        """Whether Mindbox may write to the customer, who is known there as such."""
        agreed = self.sudo().mindbox_consent_ids.filtered("is_subscribed")
        return bool(agreed) and self._mindbox_person(endpoint) == self

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
        result = super()._on_erase()
        self._forget_addresses_of_decisions()
        return result

    def _forget_addresses_of_decisions(self):
        """A decision stays, as it is a document; from where it came does not."""
        decisions = self.env["mindbox.consent"].sudo()
        self.env.cr.execute(
            SQL(
                """
                UPDATE mindbox_consent SET ip_address = NULL
                 WHERE partner_id = ANY(%s) AND ip_address IS NOT NULL
                """,
                self.ids,
            )
        )
        decisions.invalidate_model(["ip_address"])
