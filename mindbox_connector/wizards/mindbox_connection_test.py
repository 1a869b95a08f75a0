# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import uuid

from odoo import api, fields, models

from ..client import Call
from ..exceptions import MindboxError, MindboxRejected
from ..models.export.operation_log import OPERATION_LOG
from ..models.outbox.mindbox_late import get_late_reason
from ..reasons import NO_REASON

NAMESPACE = uuid.UUID("6f2a3a0e-59a5-4b5a-9f0e-5d1b0f9c7a11")


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def action_test_connection(self):
        """Prove address, TLS, credentials and endpoint, and try each operation.

        Opens the report of what Mindbox answered.

        :raise AccessError: the user may not change the integration point
        """
        self.ensure_one()
        self.check_access("write")
        self._check_complete()
        tests = self.env["mindbox.connection.test"].sudo()
        test = tests.create({"endpoint_id": self.id})
        test._run()
        if any(test.line_ids.mapped("is_waiting")):
            self.sudo()._ask_for_outcomes(now=True)
        return test._action_open()

    def _follows_calls(self):
        """Whether the operation log tells what becomes of calls."""
        return bool(self.log_export_operation) and self.state == "running"

    def _record_outcomes(self, told):
        """The log tells of the calls of a test, too."""
        self.env["mindbox.connection.test.line"]._learn(self, told)
        return super()._record_outcomes(told)

    def _get_watermark(self, code, subject, overlap):
        """A test may be older than all else that is asked for."""
        watermark = super()._get_watermark(code, subject, overlap)
        if code != OPERATION_LOG:
            return watermark
        tests = self.env["mindbox.connection.test.line"]._find_waiting(self)
        moments = [watermark, *tests.mapped("create_date")]
        return min(filter(None, moments), default=None)


class MindboxConnectionTest(models.TransientModel):
    _name = "mindbox.connection.test"
    _description = "Mindbox Connection Test"

    endpoint_id = fields.Many2one(
        "mindbox.endpoint", string="Integration Point", required=True, readonly=True
    )
    passed = fields.Boolean(compute="_compute_passed", store=True)
    verdict = fields.Char(compute="_compute_verdict")
    connected = fields.Boolean(compute="_compute_connected")
    endpoint_state = fields.Selection(related="endpoint_id.state")
    is_waiting = fields.Boolean(compute="_compute_is_waiting")
    line_ids = fields.One2many("mindbox.connection.test.line", "test_id", readonly=True)

    def _run(self):
        """Call each operation once with an empty body, which changes nothing.

        The transaction ID of such a call is always the same: only the first test
        ever is worked off by Mindbox, the others are recognised as repeated. Where the
        operation log tells what becomes of it, it is a new one each time.
        """
        client = self.endpoint_id._get_client()
        lines = []
        for operation in self.endpoint_id.operation_ids:
            follow = operation.mode == "async" and self.endpoint_id._follows_calls()
            key = str(uuid.uuid4()) if follow else _get_key(operation)
            call = Call(operation.mode, operation.name, key, "{}")
            outcome, reason = self._try(client, call)
            lines.append(
                {
                    "test_id": self.id,
                    "operation_id": operation.id,
                    "outcome": outcome,
                    "transaction_id": key,
                    "is_waiting": follow and outcome == "accepted",
                    **reason.get_values(),
                }
            )
            operation._note_test(outcome)
            if outcome == "failed":
                break
        self.env["mindbox.connection.test.line"].create(lines)

    @api.depends("line_ids.outcome")
    def _compute_passed(self):
        for test in self:
            outcomes = set(test.line_ids.mapped("outcome"))
            test.passed = bool(outcomes) and outcomes <= {"accepted", "known"}

    def _try(self, client, call):
        try:
            client.send(call)
        except MindboxRejected as rejected:
            return _judge(rejected.reason), rejected.reason
        except MindboxError as error:
            return "failed", error.reason
        return "accepted", NO_REASON

    @api.depends_context("lang")
    @api.depends("line_ids.outcome", "line_ids.error")
    def _compute_verdict(self):
        for test in self:
            test.verdict = test._get_verdict(test.line_ids.mapped("outcome"))

    def _get_verdict(self, outcomes):
        if "failed" in outcomes:
            return self.env._("Not connected: %s", self.line_ids[-1].error)
        if "unknown" in outcomes:
            return self.env._(
                "Address and credentials are right, but Mindbox does not know %s of "
                "the operations: compare their names with your project.",
                outcomes.count("unknown"),
            )
        if not outcomes:
            return self.env._("No operation is switched on.")
        proven = self.line_ids.filtered(lambda line: line._is_proven())
        return self.env._(
            "Connected: address, credentials and endpoint are right. %(proven)s "
            "operations have answered by themselves. The other %(others)s only take "
            "calls: what becomes of those shows in Mindbox's operation log.",
            proven=len(proven),
            others=len(self.line_ids) - len(proven),
        )

    @api.depends("line_ids.outcome")
    def _compute_connected(self):
        for test in self:
            outcomes = test.line_ids.mapped("outcome")
            test.connected = bool(outcomes) and "failed" not in outcomes

    @api.depends("line_ids.is_waiting")
    def _compute_is_waiting(self):
        for test in self:
            test.is_waiting = any(test.line_ids.mapped("is_waiting"))

    def action_refresh(self):
        """Show what the operation log has told by now."""
        self.check_access("read")
        return self._action_open()

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
            "views": [(False, "form")],
            "target": "new",
        }


class MindboxConnectionTestLine(models.TransientModel):
    _name = "mindbox.connection.test.line"
    _description = "Mindbox Connection Test Line"
    _inherit = ["mindbox.reasoned"]

    test_id = fields.Many2one(
        "mindbox.connection.test", required=True, ondelete="cascade"
    )
    operation_id = fields.Many2one(
        "mindbox.operation", required=True, ondelete="cascade"
    )
    event = fields.Selection(related="operation_id.event")
    mode = fields.Selection(related="operation_id.mode")
    outcome = fields.Selection(
        [
            ("accepted", "Accepted"),
            ("known", "Known, wants data"),
            ("unknown", "Unknown"),
            ("failed", "Failed"),
        ]
    )
    transaction_id = fields.Char(readonly=True)
    is_waiting = fields.Boolean(
        readonly=True, help="The operation log has still to tell what became of it."
    )
    is_executed = fields.Boolean(
        readonly=True, help="The operation log tells that Mindbox has executed it."
    )
    message = fields.Char(string="Answer", compute="_compute_message")

    @api.model
    def _find_waiting(self, endpoint):
        return self.sudo().search(
            [("is_waiting", "=", True), ("test_id.endpoint_id", "=", endpoint.id)]
        )

    @api.model
    def _learn(self, endpoint, told):
        """Write down what the operation log tells of the calls of tests.

        :param list told: :class:`Told` of any calls
        """
        waiting = {line.transaction_id: line for line in self._find_waiting(endpoint)}
        for one in told:
            if line := waiting.get(one.transaction_id):
                line.write({"is_waiting": False, **_read(one)})
                line.operation_id._note_test(line.outcome)

    @api.depends_context("lang")
    @api.depends("outcome", "error", "is_waiting", "is_executed")
    def _compute_message(self):
        for line in self:
            line.message = line._explain()

    def _is_proven(self):
        """Whether the answer is the operation's own: a queue takes any call."""
        return self.mode == "sync" or self.outcome == "known" or self.is_executed

    def _explain(self):
        if self.outcome != "accepted":
            return self.error
        if self._is_proven():
            return self.env._("Mindbox has executed the call.")
        if self.is_waiting:
            return self.env._(
                "Mindbox has taken the call. What becomes of it is read from the "
                "operation log in some minutes: refresh then."
            )
        return self.env._(
            "Mindbox has taken the call. That proves the address and the key, not what "
            "the operation does with it."
        )


def _get_key(operation):
    endpoint = operation.endpoint_id
    return str(uuid.uuid5(NAMESPACE, f"{endpoint.endpoint_code}/{operation.name}"))


def _judge(reason):
    """Return what a refusal means: of the operation, or of the body, which is empty."""
    return "unknown" if reason.code == "operation_refused" else "known"


def _read(told):
    """Return the values of a line of whose call the operation log tells."""
    if told.outcome != "failed":
        return {"is_executed": True}
    reason = get_late_reason(told, "{}")
    return {"outcome": _judge(reason), **reason.get_values()}
