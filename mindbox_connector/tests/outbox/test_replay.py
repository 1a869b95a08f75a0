# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sending again by time, event, operation, error, company or customer."""

import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..security import SecurityCase


@tagged("post_install", "-at_install")
class TestReplay(SecurityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.email = "anna@example.com"
        about = {"partner_id": cls.partner.id}
        cls.fact = cls.make_request(
            state="rejected",
            reason_code="validation_error",
            reason_details={"messages": "mobilePhone is wrong"},
            **about,
        )
        cls.state = cls.make_request(
            **about,
            state="sent",
            event="customer_edit",
            merge_key=f"customer/res.partner/{cls.partner.id}",
        )
        cls.customer = cls.env["res.partner"].create({"name": "Other"})

    def replay(self, **values):
        values = {"endpoint_id": self.endpoint.id, "state": False, **values}
        return self.env["mindbox.replay"].with_user(self.manager).create(values)

    def chosen(self, **values):
        ids, _kept = self.replay(**values)._find()
        return self.env["mindbox.request"].browse(ids)

    def test_what_waits_is_left_alone(self):
        self.assertEqual(self.request.state, "pending")
        self.assertEqual(self.chosen(), self.state | self.fact)

    def test_chosen_by_result_event_reason_and_operation(self):
        self.assertEqual(self.chosen(state="rejected"), self.fact)
        self.assertEqual(self.chosen(event="customer_edit"), self.state)
        self.assertEqual(self.chosen(error=" MOBILEphone "), self.fact)
        self.assertFalse(self.chosen(operation_id=self.endpoint.operation_ids[0].id))

    def test_chosen_by_time_of_the_last_attempt(self):
        now = fields.Datetime.now()
        self.fact.next_attempt_at = now - timedelta(days=2)
        yesterday = now - timedelta(days=1)
        self.assertEqual(self.chosen(date_from=yesterday), self.state)
        self.assertEqual(self.chosen(date_to=yesterday), self.fact)

    def test_chosen_by_customer_and_company(self):
        self.assertEqual(
            self.chosen(partner_ids=self.partner.ids), self.state | self.fact
        )
        self.assertFalse(self.chosen(partner_ids=self.customer.ids))
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertFalse(self.chosen(company_id=company.id))

    def test_the_requests_of_another_company_are_out_of_reach(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        endpoint = self.endpoint.copy({"company_id": company.id, "name": "Elsewhere"})
        self.fact.endpoint_id = endpoint
        self.assertEqual(
            self.chosen(endpoint_id=False, company_id=False) & self.fact,
            self.env["mindbox.request"],
        )

    def test_a_fact_keeps_its_id_only_if_mindbox_may_know_it(self):
        accepted = self.make_request(state="sent")
        before = accepted.transaction_id, self.fact.transaction_id
        self.replay().action_replay()
        self.assertEqual(accepted.transaction_id, before[0])
        self.assertNotEqual(self.fact.transaction_id, before[1])
        self.assertEqual(set((accepted | self.fact).mapped("state")), {"pending"})

    def test_the_preview_tells_what_would_differ(self):
        row = self.endpoint._build_again(self.state)[self.state.id]
        self.state.payload = row["payload"]
        self.assertEqual(self.replay()._get_preview()["different"], 0)
        body = json.loads(row["payload"])
        body["customer"]["fullName"] = "Before"
        self.state.payload = json.dumps(body)
        preview = self.replay()._get_preview()
        self.assertEqual((preview["compared"], preview["different"]), (1, 1))
        [(name, path, sent, now)] = preview["changes"]
        self.assertIn(self.partner.name, name)
        self.assertEqual((path, sent), ("customer.fullName", "Before"))
        self.assertNotEqual(now, sent)
        self.assertIn("Before", self.replay().preview_html)

    def test_what_cannot_go_is_counted_with_its_reason_and_the_rest_goes(self):
        empty = self.make_request(state="sent", payload=False)
        replay = self.replay()
        preview = replay._get_preview()
        self.assertEqual(preview["count"], 2)
        self.assertEqual(list(preview["kept"].values()), [1])
        replay.action_replay()
        self.assertEqual(empty.state, "sent")
        self.assertEqual(self.fact.state, "pending")

    def test_a_bad_choice_is_told_at_once(self):
        dates = {"date_from": "2026-02-02 00:00:00", "date_to": "2026-02-01 00:00:00"}
        with self.assertRaisesRegex(ValidationError, "before the start"):
            self.replay(**dates)
        draft = self.env["mindbox.replay"].new(dates)
        self.assertIn("before the start", draft.preview_html)
        with self.assertRaisesRegex(UserError, "nothing to send"):
            self.replay(state="cancelled").action_replay()

    def test_only_managers_replay(self):
        with self.assertRaises(AccessError):
            self.env["mindbox.replay"].with_user(self.user).create({})
