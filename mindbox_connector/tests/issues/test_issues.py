# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Refusals become issues by their cause, and issues end when the cause has gone."""

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..security import SecurityCase

PLACES = ("/customer/email", "/customer/mobilePhone", "/order/lines/3/price")
OPERATIONS = ("Website.EditCustomer", "Website.SetCart", "Website.UpdateOrder")
MESSAGE = "A value is wrong ({})"


@tagged("post_install", "-at_install")
class TestIssues(SecurityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.request.unlink()
        cls.issues = cls.env["mindbox.issue"]
        cls.customers = cls.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(10)]
        )

    def refuse(self, count=1, operation=OPERATIONS[0], place=PLACES[0], **values):
        details = {"messages": MESSAGE.format(place)}
        rows = [
            {
                "endpoint_id": self.endpoint.id,
                "event": "customer_edit",
                "operation_name": operation,
                "partner_id": self.customers[number % 10].id,
                "res_model": "res.partner",
                "res_id": self.customers[number % 10].id,
                "state": "rejected",
                "reason_code": "validation_error",
                "reason_details": details,
                "payload": "{}",
                **values,
            }
            for number in range(count)
        ]
        return self.env["mindbox.request"].create(rows)

    def gather(self, state="open"):
        self.issues._gather()
        return self.issues.search(
            [("endpoint_id", "=", self.endpoint.id), ("state", "=", state)]
        )

    def refuse_for_twelve_causes(self):
        causes = [(o, p, "validation_error") for o in OPERATIONS for p in PLACES]
        causes += [(o, "", "operation_refused") for o in OPERATIONS]
        for number, (operation, place, code) in enumerate(causes):
            self.refuse(84 if number < 4 else 83, operation, place, reason_code=code)
        return causes

    def test_a_thousand_refusals_of_twelve_causes_make_twelve_issues(self):
        causes = self.refuse_for_twelve_causes()
        issues = self.gather()
        self.assertEqual((len(causes), len(issues)), (12, 12))
        self.assertEqual(sum(issues.mapped("request_count")), 1000)
        self.assertEqual(set(issues.mapped("customer_count")), {10})
        self.assertEqual(set(issues.mapped("operation_name")), set(OPERATIONS))
        self.assertIn("/order/lines/*/price", issues.mapped("place"))
        issues.with_user(self.manager).action_send_again()
        self.assertFalse(self.gather(), "after the fix none is open")
        waiting = [("endpoint_id", "=", self.endpoint.id), ("state", "=", "pending")]
        self.assertEqual(self.env["mindbox.request"].search_count(waiting), 1000)

    def test_it_says_when_who_must_act_and_what_helps(self):
        first = fields.Datetime.to_datetime("2026-03-01 10:00:00")
        last = fields.Datetime.to_datetime("2026-03-05 10:00:00")
        self.refuse(next_attempt_at=first)
        self.refuse(next_attempt_at=last)
        issue = self.gather()
        self.assertEqual((issue.first_seen, issue.last_seen), (first, last))
        self.assertEqual(issue.reason_actor, "customer_data")
        self.assertIn("Correct the record", issue.reason_advice)
        self.assertIn("A value is wrong", issue.error)

    def test_a_resolved_one_opens_again_when_it_comes_again(self):
        self.refuse()
        issue = self.gather()
        issue.with_user(self.manager).action_resolve()
        self.assertFalse(self.gather())
        self.refuse()
        self.assertEqual(self.gather(), issue)
        self.assertEqual((issue.reopened, issue.request_count), (1, 2))

    def test_an_ignored_one_stays_closed(self):
        self.refuse()
        issue = self.gather()
        issue.with_user(self.manager).action_ignore()
        self.refuse()
        self.assertFalse(self.gather())
        self.assertEqual(issue.state, "ignored")
        issue.with_user(self.manager).action_reopen()
        self.assertEqual(self.gather(), issue)

    def test_what_is_sent_again_and_refused_again_opens_it_again(self):
        rows = self.refuse(3)
        issue = self.gather()
        issue.action_send_again()
        self.assertEqual(self.gather("resolved"), issue)
        values = {"state": "rejected", "reason_code": "validation_error"}
        details = {"messages": MESSAGE.format(PLACES[0])}
        rows.write({**values, "reason_details": details})
        self.assertEqual(self.gather(), issue)
        self.assertEqual(issue.reopened, 1)

    def test_rows_whose_body_has_gone_are_left_and_can_be_dismissed(self):
        self.refuse(2)
        lost = self.refuse(payload=False)
        issue = self.gather()
        action = issue.with_user(self.manager).action_send_again()
        self.assertIn("1", action["params"]["message"])
        self.assertEqual((lost.state, issue.state), ("rejected", "open"))
        with self.assertRaises(UserError):
            issue.action_send_again()
        dialog = issue.with_user(self.manager).action_dismiss()
        self.dismiss(dialog, "lost")
        self.assertEqual((lost.state, lost.reason_code), ("cancelled", "dismissed"))
        self.assertIn(self.manager.name, lost.error)
        self.assertIn("cannot be sent again", lost.error)
        self.assertFalse(self.gather())

    def dismiss(self, action, why):
        wizard = self.env["mindbox.dismissal"].with_user(self.manager)
        wizard = wizard.with_context(**action["context"]).create({"why": why})
        wizard.action_dismiss()

    def test_only_what_is_refused_is_dismissed(self):
        sent = self.refuse(state="sent")
        refused = self.refuse()
        action = (sent | refused).with_user(self.manager).action_dismiss()
        self.dismiss(action, "test")
        self.assertEqual((sent.state, refused.state), ("sent", "cancelled"))

    def test_the_sweep_gathers_and_the_integration_point_counts(self):
        self.refuse(5)
        self.env["mindbox.endpoint"]._cron_sweep()
        self.assertEqual(self.endpoint.issue_count, 1)

    def test_what_is_ignored_makes_nobody_ill(self):
        self.refuse(3)
        issue = self.gather()
        [(before, facts)] = self.measure()
        self.assertEqual((before, facts["hour"]["rejected"]), (3, 3))
        issue.action_ignore()
        [(after, facts)] = self.measure()
        self.assertEqual((after, facts["hour"]["rejected"]), (0, 0))
        requests = self.env["mindbox.request"]
        mine = self.endpoint.action_view_rejected()["domain"]
        self.assertFalse(requests.search(mine))
        other = self.refuse(place=PLACES[1])
        self.assertEqual(requests.search(mine), other)
        issue.action_reopen()
        [(again, facts)] = self.measure()
        self.assertEqual((again, facts["hour"]["rejected"]), (4, 4))

    def measure(self):
        """Return [(how many are rejected, all measures)] of the integration point."""
        self.env.flush_all()
        self.endpoint.invalidate_recordset(["rejected_count"])
        measures = self.endpoint._measure()[self.endpoint]
        return [(self.endpoint.rejected_count, measures)]

    def test_a_mindbox_user_reads_and_does_nothing(self):
        self.refuse()
        issue = self.gather().with_user(self.user)
        self.assertEqual(issue.request_count, 1)
        for method in ("action_resolve", "action_send_again", "action_dismiss"):
            with self.assertRaises(AccessError):
                getattr(issue, method)()

    def test_a_manager_assigns_it_and_does_not_write_its_state(self):
        self.refuse()
        issue = self.gather().with_user(self.manager)
        issue.user_id = self.manager
        with self.assertRaises(AccessError):
            issue.state = "resolved"
