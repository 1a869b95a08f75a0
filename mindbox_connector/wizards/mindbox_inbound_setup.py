# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo import api, fields, models

from ..models.endpoint.mindbox_inbound_key import SCHEME
from ..models.inbound.template import get_body


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    def action_set_up_inbound(self):
        """Show what to paste into Mindbox, so that it calls.

        :raise AccessError: the user may not change the integration point
        """
        self.ensure_one()
        self.check_access("write")
        setups = self.env["mindbox.inbound.setup"].sudo()
        return setups.create({"endpoint_id": self.id})._action_open()


class MindboxInboundSetup(models.TransientModel):
    """What to paste into Mindbox for each kind of call; and a test that is waited for.

    A webhook is called by a scenario of Mindbox only: the test is started there.
    """

    _name = "mindbox.inbound.setup"
    _description = "What to Paste into Mindbox"
    _inherit = "mindbox.guarded"
    _rec_name = "endpoint_id"

    endpoint_id = fields.Many2one(
        "mindbox.endpoint", string="Integration Point", required=True, readonly=True
    )
    kind = fields.Selection(
        lambda self: self.env["mindbox.catalogue"]._get_inbound_selection(),
        required=True,
        default="consent",
    )
    trigger = fields.Char(string="The Scenario Starts When", compute="_compute_body")
    url = fields.Char(related="endpoint_id.inbound_url")
    is_listening = fields.Boolean(compute="_compute_is_listening")
    header = fields.Char(
        string="Header Authorization",
        compute="_compute_header",
        groups="base.group_system",
    )
    body = fields.Text(compute="_compute_body")
    # The newest call before the test: what comes after it is the test.
    seen_id = fields.Integer(readonly=True)
    test_state = fields.Selection(
        [("idle", "Not tested"), ("waiting", "Waiting"), ("arrived", "Arrived")],
        compute="_compute_test",
    )
    test_result = fields.Char(string="Test", compute="_compute_test")

    def _compute_is_listening(self):
        for setup in self:
            setup.is_listening = setup.endpoint_id.sudo()._is_listening()

    def _compute_header(self):
        for setup in self:
            # A key that is kept out of the database is kept out of the page, too.
            outside = setup.endpoint_id._get_outside("inbound_key")
            key = setup.endpoint_id.inbound_key
            setup.header = key and not outside and f"{SCHEME} {key}"

    @api.depends("kind")
    def _compute_body(self):
        catalogue = self.env["mindbox.catalogue"]
        kinds = catalogue._get_inbound_kinds()
        for setup in self:
            entry = kinds.get(setup.kind)
            body = entry and get_body(setup.kind, entry, setup.endpoint_id)
            setup.body = body and json.dumps(body, indent=4, ensure_ascii=False)
            words = entry and entry.trigger
            setup.trigger = words and (
                words if isinstance(words, str) else self.env._(words)
            )

    # === TEST === #

    @api.depends("seen_id")
    def _compute_test(self):
        for setup in self:
            call = setup._find_test()
            waits = setup.seen_id and (not call or call.state == "received")
            setup.test_result = call and setup._say(call)
            setup.test_state = "waiting" if waits else "arrived" if call else "idle"

    def _find_test(self):
        """Return the first call since the test has begun, if there is one."""
        if not self.seen_id:
            return self.env["mindbox.inbound"]
        new = [("endpoint_id", "=", self.endpoint_id.id), ("id", ">", self.seen_id)]
        return self.env["mindbox.inbound"].search(new, order="id", limit=1)

    def _say(self, call):
        if call.state == "received":
            return self.env._("A call has arrived, and is applied in a moment.")
        if call.state == "applied":
            return self.env._("It works: a call has arrived and was applied.")
        return self.env._("A call has arrived. %s", call.error)

    def action_wait(self):
        """Wait for the next call of Mindbox."""
        self.check_access("write")
        for setup in self.sudo():
            calls = self.env["mindbox.inbound"].sudo()
            mine = [("endpoint_id", "=", setup.endpoint_id.id)]
            newest = calls.search(mine, order="id desc", limit=1)
            # Where there is none yet, all are new.
            setup.seen_id = newest.id or -1
        return self._action_open()

    def action_open_test(self):
        """Open the call that has arrived, or all of them."""
        self.ensure_one()
        self.check_access("read")
        call = self._find_test()
        if call:
            return call.get_formview_action()
        return self.endpoint_id.action_view_inbound()

    def _action_open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What to Paste into Mindbox"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }
