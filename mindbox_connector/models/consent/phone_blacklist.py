# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class PhoneBlacklist(models.Model):
    _name = "phone.blacklist"
    _inherit = ["mindbox.blacklist", "phone.blacklist"]
    _mindbox_contact_field = "phone_sanitized"
    _mindbox_listed_field = "number"
    _mindbox_channels = ("sms", "viber")
