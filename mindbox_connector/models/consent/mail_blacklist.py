# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class MailBlacklist(models.Model):
    _name = "mail.blacklist"
    # The mixin first: also an entry that is there already is a decision.
    _inherit = ["mindbox.blacklist", "mail.blacklist"]
    _mindbox_contact_field = "email_normalized"
    _mindbox_listed_field = "email"
    _mindbox_channels = ("email",)
