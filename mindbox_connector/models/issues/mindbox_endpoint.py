# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    issue_count = fields.Integer(string="Open Issues", compute="_compute_issue_count")

    def _compute_issue_count(self):
        domain = [("endpoint_id", "in", self.ids), ("state", "=", "open")]
        groups = self.env["mindbox.issue"]._read_group(
            domain, ["endpoint_id"], ["__count"]
        )
        counts = {endpoint.id: count for endpoint, count in groups}
        for endpoint in self:
            endpoint.issue_count = counts.get(endpoint._origin.id, 0)

    @api.model
    def _cron_sweep(self):
        """Give what was refused its issue, too."""
        result = super()._cron_sweep()
        self._guard("Issues", self.env["mindbox.issue"]._gather)
        return result

    def action_view_issues(self):
        """Open the issues of the integration point."""
        self.check_access("read")
        action = self.env["mindbox.issue"].action_open_issues()
        context = {"search_default_open": 1, "search_default_endpoint_id": self.id}
        return action | {"context": context}
