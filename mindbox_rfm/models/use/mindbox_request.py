# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from ...catalogue import EVENT_SELECTION_ADD


class MindboxRequest(models.Model):
    _inherit = "mindbox.request"

    event = fields.Selection(**EVENT_SELECTION_ADD)
