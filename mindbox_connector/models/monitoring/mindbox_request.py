# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from .facts import Facts
from .job_runner import BEGINS_WITHIN


class MindboxRequest(models.Model):
    _name = "mindbox.request"
    _inherit = ["mindbox.request"]

    def _get_stops(self):
        """Nothing leaves either where nobody does the jobs.

        Only the jobs are looked at: all that waits may be a million rows.
        """
        running = self.endpoint_id.filtered(lambda e: e.state == "running")
        late = Facts(running).get_job_seconds()
        idle = running.filtered(lambda e: late.get(e.id, 0) > BEGINS_WITHIN)
        words = self.env._("Waits: nobody does the jobs of Odoo.")
        stops = {request.id: words for request in self if request.endpoint_id in idle}
        return stops | super()._get_stops()
