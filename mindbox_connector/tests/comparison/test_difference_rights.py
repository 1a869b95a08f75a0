# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who looks at differences, who acts, and what a comparison needs."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestDifferences(SourceCase):
    def test_in_draft_there_is_nothing_to_compare(self):
        draft = self.endpoint.copy({"name": "Draft"})
        with self.assertRaisesRegex(UserError, "Start the integration point"):
            draft.action_reconcile()

    def test_the_name_of_a_read_operation_is_checked_at_once(self):
        with self.assertRaises(ValidationError):
            self.endpoint.read_order_operation = "Get order?"

    def test_users_look_and_managers_act(self):
        difference = self.env["mindbox.difference"].create(
            {
                "endpoint_id": self.endpoint.id,
                "kind": "customers",
                "res_id": self.customer.id,
                "problem": "missing",
                "cause": "before",
            }
        )
        user = new_test_user(
            self.env, "mbx_looks", "mindbox_connector.group_mindbox_user"
        )
        self.assertTrue(difference.with_user(user).reason)
        for name in ("action_send", "action_settle"):
            with self.assertRaises(AccessError):
                getattr(difference.with_user(user), name)()
        company = self.env["res.company"].create({"name": "Second"})
        user.write({"company_ids": company.ids, "company_id": company.id})
        self.assertFalse(self.env["mindbox.difference"].with_user(user).search([]))

    def test_many_are_sent_in_jobs(self):
        partners = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"p{n}@example.com"} for n in range(501)]
        )
        differences = self.env["mindbox.difference"].create(
            [
                {
                    "endpoint_id": self.endpoint.id,
                    "kind": "customers",
                    "res_id": partner.id,
                    "problem": "missing",
                    "cause": "before",
                }
                for partner in partners
            ]
        )
        jobs = [("method_name", "=", "_mend_chunk")]
        before = self.env["queue.job"].search_count(jobs)
        differences.action_send()
        self.assertEqual(self.env["queue.job"].search_count(jobs) - before, 2)
        self.recorded()
        self.endpoint._mend_chunk(differences[:3].ids)
        self.env.cr.flush()
        self.assertEqual(set(differences[:3].mapped("state")), {"sent"})
        self.assertEqual(set(differences[3:].mapped("state")), {"open"})
