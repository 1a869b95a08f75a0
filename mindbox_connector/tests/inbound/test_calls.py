# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Calls of any kind: whom they are about, what goes wrong, and what is forgotten."""

import json

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...models.inbound.moments import read_moment
from .common import InboundCase

WITHDRAWN = [{"pointOfContact": "Email", "isSubscribed": False}]


@tagged("post_install", "-at_install")
class TestCalls(InboundCase):
    def hear_about(self, customer, **values):
        return self.hear(
            "consent", customer=customer, subscriptions=WITHDRAWN, **values
        )

    # === WHOM === #

    def test_a_customer_is_found_by_id_e_mail_or_phone(self):
        for customer in (
            {"ids": {"websiteID": self.customer.id}},
            {"email": " Anna@Example.com "},
            {"ids": {"websiteID": ""}, "mobilePhone": "32470998877"},
        ):
            call = self.hear_about(customer)
            self.assertEqual(call.partner_id, self.customer)

    def test_who_is_not_known_or_not_certain_is_refused(self):
        self.assertRefused(self.hear_about(None), "inbound_nobody")
        self.assertRefused(self.hear_about({"ids": []}), "inbound_nobody")
        self.assertRefused(self.hear_about({"mobilePhone": "12"}), "inbound_nobody")
        unknown = {"ids": {"websiteID": "999999999"}, "email": self.customer.email}
        self.assertRefused(self.hear_about(unknown), "inbound_unknown")
        self.assertRefused(
            self.hear_about({"email": "no@example.com"}), "inbound_unknown"
        )
        twin = self.customer.copy({"email": self.customer.email})
        new_test_user(self.env, "mbx_a", "base.group_portal", partner_id=twin.id)
        new_test_user(
            self.env, "mbx_b", "base.group_portal", partner_id=self.customer.id
        )
        email = {"email": self.customer.email}
        self.assertRefused(self.hear_about(email), "inbound_ambiguous")

    def test_nobody_of_another_company_and_no_employee_is_touched(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.customer.company_id = other
        mine = {"ids": {"websiteID": self.customer.id}}
        self.assertRefused(self.hear_about(mine), "inbound_unknown")
        employee = self.env.ref("base.user_admin").partner_id
        call = self.hear_about({"ids": {"websiteID": employee.id}})
        self.assertIgnored(call, "no_customer")

    # === WHAT GOES WRONG === #

    def test_an_unknown_kind_is_refused_and_can_be_applied_once_it_is_known(self):
        call = self.hear("from_another_addon")
        self.assertRefused(call, "inbound_kind")
        self.assertEqual(call.reason_details, {"kind": "from_another_addon"})
        call = self.hear("anna@example.com")
        self.assertEqual(call.reason_details, {"kind": "?"})

    def test_a_fault_with_one_call_undoes_no_other(self):
        broken = self.receive("consent", subscriptions=WITHDRAWN)
        good = self.receive("consent", "10:00:00", subscriptions=WITHDRAWN)
        consents = type(self.env["mindbox.consent"])
        hear, calls = consents._hear, []

        def fail_once(*args):
            calls.append(1)
            if len(calls) == 1:
                raise KeyError("anna@example.com")
            return hear(*args)

        self.patch(consents, "_hear", fail_once)
        with self.assertLogs(
            "odoo.addons.mindbox_connector.models.job.mindbox_job", "ERROR"
        ) as logs:
            self.endpoint._apply_inbound()
        self.assertNotIn("anna", str(logs.output))
        self.assertRefused(broken, "inbound_fault")
        self.assertEqual(broken.reason_details, {"kind": "KeyError"})
        self.assertEqual(broken.partner_id, self.customer)
        self.assertEqual(good.state, "applied")

    def test_a_manager_applies_again_what_was_refused(self):
        call = self.hear("consent", subscriptions=[])
        user = new_test_user(self.env, "mbx_u", "mindbox_connector.group_mindbox_user")
        with self.assertRaises(AccessError):
            call.with_user(user).action_apply_again()
        call.body = json.dumps(json.loads(call.body) | {"subscriptions": WITHDRAWN})
        manager = new_test_user(
            self.env, "mbx_m", "mindbox_connector.group_mindbox_manager"
        )
        call.with_user(manager).action_apply_again()
        self.assertEqual(call.state, "received")
        self.endpoint._apply_inbound()
        self.assertEqual((call.state, call.reason_code), ("applied", False))
        with self.assertRaises(UserError):
            call.with_user(manager).action_apply_again()

    def test_a_call_whose_job_was_deleted_is_found_by_the_sweep(self):
        self.receive("consent", subscriptions=WITHDRAWN)
        jobs = self.env["queue.job"].search([("method_name", "=", "_apply_inbound")])
        jobs.unlink()
        self.env["mindbox.endpoint"]._cron_sweep()
        jobs = self.env["queue.job"].search([("method_name", "=", "_apply_inbound")])
        self.assertEqual(len(jobs), 1)

    def test_another_job_looks_for_what_came_as_one_started(self):
        """It took that one for waiting, and was not there yet when that one looked."""
        waits = [("method_name", "=", "_apply_inbound"), ("state", "=", "pending")]
        self.receive("consent", subscriptions=WITHDRAWN)
        jobs = self.env["queue.job"].search(waits)
        for expected in (1, 0):
            jobs.state = "started"
            self.endpoint._apply_inbound()
            jobs = self.env["queue.job"].search(waits)
            self.assertEqual(len(jobs), expected)

    # === WHAT IS KEPT === #

    def test_bodies_go_after_days_and_calls_after_weeks(self):
        old = self.hear("consent", subscriptions=WITHDRAWN)
        refused = self.hear("consent", subscriptions=[])
        self.age(old + refused, days=4)
        self.assertFalse(old.body)
        self.assertTrue(refused.body)
        self.age(old + refused, days=31)
        self.assertFalse(old.exists())
        self.age(refused, days=181)
        self.assertFalse(refused.exists())

    def age(self, calls, days):
        calls.received_at = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        self.env.flush_all()
        calls._gc_calls()
        self.env.invalidate_all()

    def test_an_erased_customer_is_forgotten_by_id_and_by_word(self):
        done = self.hear("consent", subscriptions=WITHDRAWN)
        waiting = self.receive("consent", customer={"email": "anna@example.com"})
        by_phone = self.receive("consent", customer={"mobilePhone": "32470998877"})
        other = self.receive("consent", customer={"email": "joanna@example.com"})
        self.customer.action_mindbox_erase()
        for call in done + waiting + by_phone:
            self.assertFalse(call.body)
        self.assertTrue(other.body)
        self.assertIgnored(waiting, "customer_erased")
        self.assertEqual(done.state, "applied")

    def test_a_call_about_an_erased_customer_keeps_nothing(self):
        self.customer.action_mindbox_erase()
        for customer in (
            {"ids": {"websiteID": self.customer.id}},
            {"email": "anna@example.com"},
        ):
            call = self.hear_about(customer)
            self.assertIgnored(call, "customer_erased")
            self.assertFalse(call.body)
        decided = [("partner_id", "=", self.customer.id), ("source", "=", "mindbox")]
        self.assertFalse(self.env["mindbox.consent"].search(decided))

    def test_moments_are_read_as_templates_write_them(self):
        for text, read in {
            "2026-03-05T10:00:00Z": "2026-03-05 10:00:00",
            "2026-03-05T10:00:00.1234567Z": "2026-03-05 10:00:00.123456",
            "2026-03-05 10:00": "2026-03-05 10:00:00",
            "2026-03-05T13:00:00+03:00": "2026-03-05 10:00:00",
            "05.03.2026 10:00:00.5": "2026-03-05 10:00:00.500000",
        }.items():
            self.assertEqual(str(read_moment(text)), read)
        for text in (None, 5, "", "yesterday", "2026-13-05 10:00", "2026-03-05", {}):
            self.assertIsNone(read_moment(text))

    @mute_logger("odoo.addons.mindbox_connector.models.job.mindbox_job")
    def test_a_job_that_finds_another_at_work_looks_again(self):
        self.receive("consent", subscriptions=WITHDRAWN)
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT pg_advisory_xact_lock(%s, %s)", [0x4D49, self.endpoint.id]
            )
            with self.assertRaisesRegex(Exception, "at work"):
                self.endpoint._apply_inbound()
