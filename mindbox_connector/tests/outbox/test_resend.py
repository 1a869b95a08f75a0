# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is sent again, under which ID, and what is cancelled."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..security import SecurityCase


@tagged("post_install", "-at_install")
class TestResendAndCancel(SecurityCase):
    def test_users_neither_resend_nor_cancel(self):
        for name in ("action_resend", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(self.request.with_user(self.user), name)()

    def test_cancelling_ends_what_waits_only(self):
        sent = self.make_request(state="sent")
        (self.request | sent).with_user(self.manager).action_cancel()
        self.assertEqual((self.request.state, sent.state), ("cancelled", "sent"))
        self.assertIn(self.manager.name, self.request.error)

    def test_a_fact_goes_again_under_the_same_id(self):
        """Mindbox knows it: nothing is counted twice."""
        fact = self.make_request(state="sent", attempts=3)
        before = (fact.transaction_id, fact.payload)
        fact.with_user(self.manager).action_resend()
        self.assertEqual((fact.transaction_id, fact.payload), before)
        self.assertEqual((fact.state, fact.attempts), ("pending", 0))

    def test_a_refused_fact_gets_a_new_id(self):
        fact = self.make_request(state="rejected")
        before = fact.transaction_id
        fact.with_user(self.manager).action_resend()
        self.assertNotEqual(fact.transaction_id, before)
        self.assertTrue(fact.payload)

    def test_a_state_goes_again_in_its_newest_form(self):
        state = self.make_request(
            state="sent",
            event="customer_edit",
            merge_key=f"customer/res.partner/{self.partner.id}",
        )
        before = state.transaction_id
        state.with_user(self.manager).action_resend()
        self.assertFalse(state.payload)
        self.assertNotEqual(state.transaction_id, before)

    def test_what_waits_is_not_touched_by_resending(self):
        before = self.request.transaction_id
        self.request.with_user(self.manager).action_resend()
        self.assertEqual(self.request.transaction_id, before)
        self.assertTrue(self.request.payload)

    def test_without_a_body_a_fact_cannot_go_again(self):
        fact = self.make_request(state="sent", payload=False)
        with self.assertRaises(UserError):
            fact.with_user(self.manager).action_resend()

    def test_without_its_record_a_state_cannot_go_again(self):
        state = self.make_request(state="sent", merge_key="x", res_id=2**31 - 1)
        with self.assertRaises(UserError):
            state.with_user(self.manager).action_resend()
