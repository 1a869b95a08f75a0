# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What to paste into Mindbox is a call that is understood; a test is waited for."""

import json

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import InboundCase


@tagged("post_install", "-at_install")
class TestSetup(InboundCase):
    def setUp(self):
        super().setUp()
        action = self.endpoint.action_set_up_inbound()
        self.setup = self.env[action["res_model"]].browse(action["res_id"])

    def fill_in(self, body):
        """Fill a body in as Mindbox does."""
        for name, value in {
            "WebhookRequest.TransactionalId": "of-mindbox",
            "Recipient.Email": self.customer.email,
            "Recipient.MobilePhone": self.customer.phone,
        }.items():
            body = body.replace(f"${{{name}}}", value)
        return body

    def test_each_kind_has_a_body_that_is_understood_once_it_is_filled_in(self):
        calls = self.env["mindbox.inbound"]
        for kind, _label in self.env["mindbox.catalogue"]._get_inbound_selection():
            self.setup.kind = kind
            self.assertTrue(self.setup.trigger)
            body = self.fill_in(self.setup.body).replace("of-mindbox", kind)
            calls._receive(self.endpoint, body.encode())
            self.endpoint._apply_inbound()
            call = calls.search([("transaction_id", "=", kind)])
            self.assertEqual(call.kind, kind)
            if "customer" in json.loads(body):
                self.assertEqual(call.partner_id, self.customer)
            self.assertNotIn(call.reason_code, ("inbound_nobody", "inbound_fault"))

    def test_the_header_is_for_administrators_and_fits(self):
        self.assertTrue(self.endpoint._is_from_mindbox(self.setup.header))
        manager = new_test_user(
            self.env, "mbx_setup", "mindbox_connector.group_mindbox_manager"
        )
        action = self.endpoint.with_user(manager).action_set_up_inbound()
        mine = self.setup.with_user(manager).browse(action["res_id"])
        self.assertTrue(mine.body and mine.is_listening)
        with self.assertRaises(AccessError):
            mine.read(["header"])

    def test_a_test_is_waited_for_and_shown(self):
        self.assertEqual(self.setup.test_state, "idle")
        self.hear("test", customer=None)
        self.setup.action_wait()
        self.assertEqual(self.setup.test_state, "waiting")
        self.receive("test", customer=None)
        self.setup.invalidate_recordset()
        self.assertEqual(self.setup.test_state, "waiting")
        self.endpoint._apply_inbound()
        self.setup.invalidate_recordset()
        self.assertEqual(self.setup.test_state, "arrived")
        self.assertIn("works", self.setup.test_result)
        self.assertEqual(
            self.setup.action_open_test()["res_id"],
            self.env["mindbox.inbound"].search([], limit=1).id,
        )
        self.setup.action_wait()
        self.hear("consent", subscriptions=[])
        self.setup.invalidate_recordset()
        self.assertIn("no usable", self.setup.test_result)
