# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

CONTACTS = ("email", "phone")
CONTACT_STATES = [("invalid", "Invalid"), ("confirmed", "Confirmed")]


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    mindbox_email_state = fields.Selection(
        CONTACT_STATES,
        string="E-mail in Mindbox",
        readonly=True,
        copy=False,
        help="Invalid: Mindbox cannot reach the customer there.",
    )
    mindbox_email_state_at = fields.Datetime(readonly=True, copy=False)
    mindbox_phone_state = fields.Selection(
        CONTACT_STATES, string="Phone in Mindbox", readonly=True, copy=False
    )
    mindbox_phone_state_at = fields.Datetime(readonly=True, copy=False)
    mindbox_membership_ids = fields.One2many(
        "mindbox.membership",
        "partner_id",
        string="Segments in Mindbox",
        readonly=True,
        groups="mindbox_connector.group_mindbox_user",
    )

    mindbox_engagement_ids = fields.One2many(
        "mindbox.engagement",
        "partner_id",
        string="Mailings of Mindbox",
        readonly=True,
        groups="mindbox_connector.group_mindbox_user",
    )

    def write(self, vals):
        """What was said of an e-mail or phone does not hold for the next one."""
        changed = {
            name: self.filtered(lambda partner, name=name: partner[name] != vals[name])
            for name in CONTACTS
            if name in vals
        }
        result = super().write(vals)
        for name, partners in changed.items():
            state = f"mindbox_{name}_state"
            # What was found out before is said of the one before.
            now = fields.Datetime.now()
            partners.sudo().write({state: False, f"{state}_at": now})
        return result

    def _on_erase(self):
        self.env["mindbox.inbound"]._forget(self)
        for model in ("mindbox.membership", "mindbox.engagement"):
            self.env[model].search([("partner_id", "in", self.ids)]).unlink()
        return super()._on_erase()

    def _get_mindbox_knowers(self):
        """Whoever has called about a customer knows him."""
        knowers = super()._get_mindbox_knowers()
        groups = self.env["mindbox.inbound"]._read_group(
            [("partner_id", "in", self.ids)], ["partner_id"], ["endpoint_id:recordset"]
        )
        for partner, endpoints in groups:
            knowers[partner] |= endpoints
        return knowers
