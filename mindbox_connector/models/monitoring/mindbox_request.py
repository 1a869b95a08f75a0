# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from .facts import Facts


class MindboxRequest(models.Model):
    _name = "mindbox.request"
    _inherit = ["mindbox.request"]

    def _get_stops(self):
        """Nothing leaves either where nobody does the jobs."""
        facts = Facts(self.endpoint_id).take_facts()
        idle = {e for e, measures in facts.items() if measures["health"] == "no_runner"}
        words = self.env._("Waits: nobody does the jobs of Odoo.")
        stops = {request.id: words for request in self if request.endpoint_id in idle}
        return stops | super()._get_stops()
