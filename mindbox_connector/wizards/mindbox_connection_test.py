# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
import uuid

from odoo import api, fields, models

from ..client import Call
from ..exceptions import MindboxError, MindboxRejected
from ..wording import in_words

NAMESPACE = uuid.UUID("6f2a3a0e-59a5-4b5a-9f0e-5d1b0f9c7a11")


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def action_test_connection(self):
        """Prove address, TLS, credentials and endpoint, and try each operation.

        Opens the report of what Mindbox answered.
        """
        self.ensure_one()
        self._check_complete()
        test = self.env["mindbox.connection.test"].create({"endpoint_id": self.id})
        test._run()
        return test._action_open()


class MindboxConnectionTest(models.TransientModel):
    _name = "mindbox.connection.test"
    _description = "Mindbox Connection Test"

    endpoint_id = fields.Many2one(
        "mindbox.endpoint", string="Integration Point", required=True, readonly=True
    )
    passed = fields.Boolean(readonly=True)
    verdict = fields.Char(readonly=True)
    connected = fields.Boolean(compute="_compute_connected")
    endpoint_state = fields.Selection(related="endpoint_id.state")
    line_ids = fields.One2many("mindbox.connection.test.line", "test_id", readonly=True)

    def _run(self):
        """Call each operation once with an empty body, which changes nothing.

        The transaction ID of such a call is always the same: only the first test
        ever is worked off by Mindbox, the others are recognised as repeated.
        """
        client = self.endpoint_id._get_client()
        lines = []
        for operation in self.endpoint_id.operation_ids:
            call = Call(operation.mode, operation.name, _get_key(operation), "{}")
            outcome, message = self._try(client, call)
            lines.append(
                {
                    "test_id": self.id,
                    "operation_id": operation.id,
                    "outcome": outcome,
                    "message": message,
                }
            )
            if outcome == "failed":
                break
        self.env["mindbox.connection.test.line"].create(lines)
        self._judge(lines)

    def _try(self, client, call):
        try:
            client.send(call)
        except MindboxRejected as rejected:
            outcome = "unknown" if _is_unknown(str(rejected)) else "known"
            return outcome, in_words(self.env, str(rejected))
        except MindboxError as error:
            return "failed", in_words(self.env, str(error))
        return "accepted", self.env._("Mindbox has accepted the call.")

    def _judge(self, lines):
        outcomes = [line["outcome"] for line in lines]
        self.passed = bool(outcomes) and set(outcomes) <= {"accepted", "known"}
        if "failed" in outcomes:
            self.verdict = self.env._("Not connected: %s", lines[-1]["message"])
        elif "unknown" in outcomes:
            self.verdict = self.env._(
                "Address and credentials are right, but Mindbox does not know %s of "
                "the operations: compare their names with your project.",
                outcomes.count("unknown"),
            )
        elif outcomes:
            self.verdict = self.env._(
                "Connected: address, credentials and endpoint are right, and all %s "
                "operations answer.",
                len(outcomes),
            )
        else:
            self.verdict = self.env._("No operation is switched on.")

    @api.depends("line_ids.outcome")
    def _compute_connected(self):
        for test in self:
            outcomes = test.line_ids.mapped("outcome")
            test.connected = bool(outcomes) and "failed" not in outcomes

    def action_start(self):
        """Start the tested integration point and go back to it."""
        self.endpoint_id.action_start()
        return {"type": "ir.actions.act_window_close"}

    def _action_open(self):
        """Return the action that shows the report."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connection Test"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class MindboxConnectionTestLine(models.TransientModel):
    _name = "mindbox.connection.test.line"
    _description = "Mindbox Connection Test Line"

    test_id = fields.Many2one(
        "mindbox.connection.test", required=True, ondelete="cascade"
    )
    operation_id = fields.Many2one(
        "mindbox.operation", required=True, ondelete="cascade"
    )
    event = fields.Selection(related="operation_id.event")
    outcome = fields.Selection(
        [
            ("accepted", "Accepted"),
            ("known", "Known, wants data"),
            ("unknown", "Unknown"),
            ("failed", "Failed"),
        ]
    )
    message = fields.Char(string="Answer")


def _is_unknown(message):
    """Whether Mindbox speaks of the operation and not of the empty body.

    The wording of the error is not part of the contract; this only sorts the report,
    which shows Mindbox's own words beside it.
    """
    return re.search(r"operation|операци", message, re.IGNORECASE) is not None


def _get_key(operation):
    endpoint = operation.endpoint_id
    return str(uuid.uuid5(NAMESPACE, f"{endpoint.endpoint_code}/{operation.name}"))
