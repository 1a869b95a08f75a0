# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _name = "res.config.settings"
    _inherit = ["res.config.settings"]

    mindbox_consent_document = fields.Char(
        related="website_id.mindbox_consent_document", readonly=False
    )
    mindbox_channel_email = fields.Boolean(
        related="website_id.mindbox_channel_email", readonly=False
    )
    # Odoo's own settings have a field "SMS" already.
    mindbox_channel_sms = fields.Boolean(
        string="SMS Messages", related="website_id.mindbox_channel_sms", readonly=False
    )
    mindbox_channel_viber = fields.Boolean(
        related="website_id.mindbox_channel_viber", readonly=False
    )
    mindbox_channel_webpush = fields.Boolean(
        related="website_id.mindbox_channel_webpush", readonly=False
    )
    mindbox_channel_mobilepush = fields.Boolean(
        related="website_id.mindbox_channel_mobilepush", readonly=False
    )
