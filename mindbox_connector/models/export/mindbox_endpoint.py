# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an integration point asks Mindbox for, as its page shows it."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...fields import SystemName
from ...notices import RELOAD, notify
from .operation_log import OPERATION_LOG


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    log_export_operation = SystemName(
        help="System name of the operation with the step “Export: operation logs”. "
        "Leave it empty where your project gives no rights to export logs: then it is "
        "known that a call was accepted, not what became of it.",
    )
    log_export_interval = fields.Integer(
        string="Ask Every (min)",
        default=15,
        required=True,
        help="How often Mindbox is asked what became of the calls.",
    )
    log_export_join = fields.Selection(
        [
            ("url", "The URL of the call"),
            ("transaction", "The column of the transaction"),
        ],
        string="Transaction ID Is In",
        default="url",
        required=True,
        help="Where the log has the transaction ID by which our requests are found.",
    )
    export_ids = fields.One2many("mindbox.export", "endpoint_id", readonly=True)
    last_export_id = fields.Many2one("mindbox.export", compute="_compute_last_export")
    last_export_state = fields.Selection(
        lambda self: self.env["mindbox.export"]._fields["state"].selection,
        string="State of the Export",
        compute="_compute_last_export",
    )
    last_export_result = fields.Char(string="Outcomes", compute="_compute_last_export")

    _log_export_interval_check = models.Constraint(
        "CHECK(log_export_interval BETWEEN 1 AND 1440)",
        "What became of the calls is asked every 1 to 1,440 minutes.",
    )

    @api.depends("export_ids.state", "export_ids.rows_matched")
    def _compute_last_export(self):
        for endpoint in self:
            logs = endpoint.export_ids.filtered(lambda e: e.kind == OPERATION_LOG)
            last = logs[:1]
            endpoint.last_export_id = last
            endpoint.last_export_state = last.state
            endpoint.last_export_result = last and (
                last.error or str(last.rows_matched)
            )

    def action_ask_for_outcomes(self):
        """Ask Mindbox now what became of the calls, whatever the interval.

        :raise UserError: no operation is set, or the integration point is not running
        """
        self.ensure_one()
        self.check_access("write")
        if not self.log_export_operation or self.state != "running":
            raise UserError(
                self.env._(
                    "Fill in the log export operation and start the integration point "
                    "first."
                )
            )
        self.sudo()._ask_for_outcomes(now=True)
        return notify(self.env._("Mindbox is asked in the background."), RELOAD)

    def action_ask_for_changes(self):
        """Ask Mindbox now for all that is asked for each night.

        :raise UserError: no operation is set, or the integration point is not running
        """
        self.ensure_one()
        self.check_access("write")
        kinds = self.env["mindbox.catalogue"]._get_export_kinds()
        nightly = [c for c, k in kinds.items() if not k.every and self[k.operation]]
        if not nightly or self.state != "running":
            raise UserError(
                self.env._(
                    "Fill in an operation of an export and start the integration point "
                    "first."
                )
            )
        self.sudo()._ask_mindbox(nightly, now=True)
        return notify(self.env._("Mindbox is asked in the background."), RELOAD)

    def action_view_exports(self):
        """Open the exports that Mindbox was asked for."""
        self.check_access("read")
        self.env["mindbox.export"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mindbox_connector.mindbox_export_action"
        )
        return action | {"domain": [("endpoint_id", "in", self.ids)], "context": {}}

    def _ask_for_outcomes(self, now=False):
        """Go on with the export of the operation log, or begin one that is due.

        :param bool now: also where the interval is not over
        """
        return self._ask_for(OPERATION_LOG, now=now)
