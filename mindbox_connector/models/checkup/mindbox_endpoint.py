# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The page Health Check of an integration point."""

from odoo import models


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def get_health_check(self):
        """Return what the page Health Check shows, see :meth:`MindboxDoctor._examine`.

        It opens connections, and tells of the server.

        :raise AccessError: the user is no Mindbox manager
        """
        self.ensure_one()
        self.env["mindbox.request"]._check_manager()
        self.check_access("read")
        # The key, jobs and modules are closed to managers; what is told of them is not.
        endpoint = self.sudo()
        return endpoint.env["mindbox.doctor"]._examine(endpoint)

    def action_health_check(self):
        """Open the page Health Check."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.client"]._for_xml_id(
            "mindbox_connector.mindbox_health_check_action"
        )
        return action | {"context": {"active_id": self.id}}
