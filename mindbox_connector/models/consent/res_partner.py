# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools import SQL

from ..capture.mindbox_source import MILLISECOND

AGREES_EMAIL = [("mindbox_agrees_email", "=", True)]


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    mindbox_consent_ids = fields.One2many(
        "mindbox.consent",
        "partner_id",
        groups="mindbox_connector.group_mindbox_user,sales_team.group_sale_salesman",
    )
    # Of a whole batch at once, as they are asked for when bodies are built.
    mindbox_decided_at = fields.Datetime(
        compute="_compute_mindbox_decided_at",
        compute_sudo=True,
        help="The moment of the last decision that was recorded for Mindbox: of those "
        "that leave before the profile.",
    )
    mindbox_deciding_at = fields.Datetime(
        compute="_compute_mindbox_decided_at",
        compute_sudo=True,
        help="The moment of the first decision that leaves after the profile.",
    )

    mindbox_agrees_email = fields.Boolean(
        string="Agrees to News by E-Mail",
        compute="_compute_mindbox_agrees_email",
        search="_search_mindbox_agrees_email",
        compute_sudo=True,
        help="The newest decision about e-mails is a consent: mailings go to these.",
    )

    def _compute_mindbox_agrees_email(self):
        everybody = self.with_context(active_test=False)
        agreed = everybody.search([("id", "in", self.ids), *AGREES_EMAIL])
        for partner in self:
            partner.mindbox_agrees_email = partner in agreed

    def _search_mindbox_agrees_email(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.env["mindbox.consent"].flush_model()
        agreed = SQL(
            """(
            SELECT partner_id
              FROM (SELECT DISTINCT ON (partner_id) partner_id, is_subscribed
                      FROM mindbox_consent
                     WHERE channel = 'email' AND topic_id IS NULL
                     ORDER BY partner_id, decided_at DESC, id DESC) AS newest
             WHERE is_subscribed)"""
        )
        return [("id", "in" if True in value else "not in", agreed)]

    def _compute_mindbox_decided_at(self):
        """Those who share a contact may be one customer, with one set of decisions."""
        families = {partner: partner._mindbox_family() for partner in self}
        pairs = [(one.id, other) for one in self for other in families[one].ids]
        rows = pairs and self.env.execute_query(self._mindbox_get_decided_query(pairs))
        moments = {partner_id: found for partner_id, *found in rows}
        for partner in self:
            before, after = moments.get(partner.id, (None, None))
            partner.mindbox_decided_at = before or False
            partner.mindbox_deciding_at = after or False

    def _mindbox_get_decided_query(self, pairs):
        """Return the query of customers' last decisions, and of the next to leave.

        Those leave later that wait behind the profile that waits, too.

        :param list pairs: (ID of a customer, ID of one who decides for it)
        """
        return SQL(
            """
            SELECT partner_id, max(occurred_at) FILTER (WHERE NOT leaves_later),
                   min(occurred_at) FILTER (WHERE leaves_later)
              FROM (
                SELECT family.partner_id, request.occurred_at,
                       request.state = 'pending' AND EXISTS (
                           SELECT 1 FROM mindbox_request profile
                            WHERE profile.endpoint_id = request.endpoint_id
                              AND profile.merge_key
                                = 'customer/res.partner/' || family.partner_id
                              AND profile.state = 'pending'
                              AND profile.payload IS NULL
                              AND (profile.priority, profile.id)
                                < (request.priority, request.id)
                       ) AS leaves_later
                  FROM (VALUES %s) AS family (partner_id, member_id)
                  JOIN mindbox_consent consent
                    ON consent.partner_id = family.member_id
                  JOIN mindbox_request request ON request.res_id = consent.id
                   AND request.res_model = 'mindbox.consent'
              ) AS decided
             GROUP BY partner_id
            """,
            SQL(", ").join(SQL("(%s, %s)", *pair) for pair in pairs),
        )

    def _mindbox_family(self):
        return self | self.sudo().mindbox_contact_ids.claimant_ids

    def _mindbox_told_moment(self, event, moment):
        """Decisions leave first: an older profile after them would be out of date.

        Where a consent is withdrawn by an edit, both are edits for Mindbox. A profile
        that leaves before a decision, as one does that others wait for, is told as of
        before it: that would be out of date, else.
        """
        moment = super()._mindbox_told_moment(event, moment)
        if event != "customer_edit":
            return moment
        if self.mindbox_decided_at:
            moment = max(moment, self.mindbox_decided_at + MILLISECOND)
        if self.mindbox_deciding_at:
            moment = min(moment, self.mindbox_deciding_at - MILLISECOND)
        return moment

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
