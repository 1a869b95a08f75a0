# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an empty list of differences says: agreement only where it was looked for."""

from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_datetime

from ..endpoint.mindbox_route import LIVE_STATES


class MindboxDifference(models.Model):
    _name = "mindbox.difference"
    _inherit = ["mindbox.difference"]

    @api.model
    def get_empty_list_help(self, help_message):
        """Say that both sides agree only where they were compared, and when."""
        compared = dict(
            self.env["mindbox.reconciliation"]._read_group(
                [("state", "=", "done")], ["endpoint_id"], ["finished_at:max"]
            )
        )
        points = self.env["mindbox.endpoint"].search([("state", "in", LIVE_STATES)])
        if never := points.filtered(lambda point: point not in compared):
            names = ", ".join(never.mapped("name"))
            title = self.env._("Not compared yet: %s", names)
        elif not compared:
            title = self.env._("Nothing has been compared yet")
        elif self.search_count([("needs_attention", "=", True)], limit=1):
            title = self.env._("No difference matches")
        else:
            moment = format_datetime(self.env, min(compared.values()))
            title = self.env._("Both sides agreed on %s", moment)
        head = Markup("<p class='o_view_nocontent_smiling_face'>%s</p>") % title
        return super().get_empty_list_help(head + Markup(help_message or ""))
