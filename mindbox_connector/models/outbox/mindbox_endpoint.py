# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.exceptions import RedirectWarning


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_waited_for(self):
        """Requests go with their integration point: not what has not left yet."""
        live = self.filtered(lambda endpoint: endpoint.state != "draft")
        domain = [("endpoint_id", "in", live.ids), ("state", "=", "pending")]
        if not (waiting := self.env["mindbox.request"].search_count(domain)):
            return
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_request_action"
        )
        raise RedirectWarning(
            self.env._(
                "%s requests wait for Mindbox and would be lost. Start the integration "
                "point and let them leave, or cancel them first.",
                waiting,
            ),
            action | {"domain": domain, "context": {}},
            self.env._("Show What Waits"),
        )
