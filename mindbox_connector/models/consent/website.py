# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from .mindbox_consent import CHANNELS


class Website(models.Model):
    _name = "website"
    _inherit = ["website"]

    mindbox_consent_document = fields.Char(
        string="Document of Consents",
        help="What visitors agree to, with its version: “Privacy policy of 1 March "
        "2026”. Each decision keeps the one that was in force.",
    )
    mindbox_channel_email = fields.Boolean(string="E-mail", default=True)
    mindbox_channel_sms = fields.Boolean(string="SMS", default=True)
    mindbox_channel_viber = fields.Boolean(string="Viber", default=True)
    mindbox_channel_webpush = fields.Boolean(string="Web push", default=True)
    mindbox_channel_mobilepush = fields.Boolean(string="Mobile push", default=True)

    def _mindbox_get_channels(self):
        """Return the channels that customers find in My subscriptions."""
        website = self.sudo()
        return {code for code in CHANNELS if website[f"mindbox_channel_{code}"]}
