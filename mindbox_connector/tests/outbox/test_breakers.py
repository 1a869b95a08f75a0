# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What fails by itself holds itself; who has failed before proves nothing."""

import json
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..common import Reply
from .common import DOWN, DeliveryCase

THROTTLED = Reply(429, {}, {"Retry-After": "200"})
VIEW = "Website.ViewProduct"


@tagged("post_install", "-at_install")
class TestBreakers(DeliveryCase):
    def views(self, *customers, **values):
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            operation = endpoint._get_operation("product_view")["id"]
        view = {"operation_id": operation, "event": "product_view"}
        return self.facts(*customers, **view | values)

    def fail_by(self, name, reply=DOWN):
        """Let Mindbox fail at each call of an operation."""

        def answer(call):
            return reply if call["query"]["operation"] == name else Reply()

        self.mindbox.answer = answer

    def operation(self):
        with self.transaction() as env:
            endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
            [view] = endpoint.operation_ids.filtered(lambda o: o.name == VIEW)
            return view.read(["failures", "held_until", "hold_reason", "id"])[0]

    def called(self):
        return [call["query"]["operation"] for call in self.mindbox.calls]

    def test_an_operation_that_is_out_of_order_holds_no_other(self):
        self.fail_by(VIEW)
        self.views(*[f"v{n}" for n in range(20)])
        self.facts(*[f"c{n}" for n in range(20)])
        self.deliver()
        self.assertEqual(self.states(), ["pending"] * 20 + ["sent"] * 20)
        self.assertLess(self.called().count(VIEW), 10)
        self.assertIn("503", self.operation()["hold_reason"])
        self.assertFalse(self.endpoint("held_until")["held_until"])

    def test_a_throttled_operation_waits_as_long_as_it_is_told(self):
        self.fail_by(VIEW, THROTTLED)
        self.views("a", "b")
        self.facts("c")
        self.deliver()
        rest = self.operation()["held_until"] - fields.Datetime.now()
        self.assertGreater(rest.total_seconds(), 190)
        self.assertEqual(self.states(), ["pending", "pending", "sent"])

    def test_what_comes_by_another_operation_does_not_wait_for_a_held_one(self):
        self.fail_by(VIEW, THROTTLED)
        self.views("a")
        self.deliver()
        self.facts("b")
        self.deliver()
        self.assertEqual(self.states(), ["pending", "sent"])

    def test_what_follows_in_the_lane_of_a_held_operation_waits_for_it(self):
        self.fail_by(VIEW, THROTTLED)
        self.views("a")
        self.deliver()
        self.facts("a", "b")
        self.deliver()
        self.assertEqual(self.states(), ["pending", "pending", "sent"])

    def test_an_operation_is_probed_by_one_call_and_then_goes_on(self):
        self.fail_by(VIEW)
        self.views(*[f"v{n}" for n in range(5)])
        self.facts("c")
        self.deliver()
        self.mindbox.calls.clear()
        self.mindbox.answer = Reply()
        self.make_due()
        self.end_hold()
        self.deliver()
        self.assertEqual(set(self.states()), {"sent"})
        self.assertFalse(self.operation()["failures"])

    def test_an_operation_that_is_still_out_of_order_costs_one_call(self):
        self.fail_by(VIEW)
        self.views(*[f"v{n}" for n in range(20)])
        self.facts("c")
        self.deliver()
        self.mindbox.calls.clear()
        self.end_hold()
        self.facts("d")
        self.deliver()
        self.assertEqual(self.called().count(VIEW), 1)
        self.assertEqual(self.states()[-1], "sent")

    def test_the_only_one_that_fails_is_probed_beside_the_others(self):
        self.fail_by(VIEW)
        self.views(*[f"v{n}" for n in range(5)])
        self.deliver()
        self.assertEqual(self.endpoint("held_operation")["held_operation"], VIEW)
        self.end_hold()
        self.facts("d")
        self.deliver()
        self.assertEqual(self.states()[-1], "sent")

    def end_hold(self):
        with self.transaction() as env:
            past = fields.Datetime.now() - timedelta(seconds=1)
            view = env["mindbox.operation"].browse(self.operation()["id"])
            view.write({"failures": 1, "held_until": past})

    def test_customers_who_have_failed_before_stop_nobody(self):
        sick = ("s1", "s2", "s3")

        def answer(call):
            return DOWN if json.loads(call["body"])["c"] in sick else Reply()

        self.mindbox.answer = answer
        self.facts(*sick, attempts=1)
        self.facts(*[f"c{n}" for n in range(30)])
        self.deliver()
        self.assertEqual(self.states(), ["pending"] * 3 + ["sent"] * 30)

    def test_a_probe_is_taken_from_somebody_who_has_not_failed(self):
        self.facts("s1", "s2", attempts=1)
        self.facts("s1", "new")
        self.set_endpoint(failures=4, failing_since=fields.Datetime.now())
        self.mindbox.answer = DOWN
        self.deliver()
        self.assertEqual([customer for customer, _n in self.sent()], ["new"])

    def test_a_long_hold_ends_soon_for_somebody_who_has_not_failed(self):
        now = fields.Datetime.now()
        later = now + timedelta(seconds=200)
        held = {"held_at": now, "held_until": later, "hold_reason_code": "timeout"}
        self.set_endpoint(failures=9, **held)
        for customer, longest in (("failed", 201), ("new", 31)):
            self.facts(customer, attempts=customer == "failed")
            with self.transaction() as env:
                endpoint = env["mindbox.endpoint"].browse(self.endpoint_id)
                rest, _reason = endpoint._get_rest()
            self.assertTrue(longest - 10 < rest <= longest)
