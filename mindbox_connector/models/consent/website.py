# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class Website(models.Model):
    _name = "website"
    _inherit = ["website"]

    mindbox_consent_document = fields.Char(
        string="Document of Consents",
        help="What visitors agree to, with its version: “Privacy policy of 1 March "
        "2026”. Each decision keeps the one that was in force.",
    )
