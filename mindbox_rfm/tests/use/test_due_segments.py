# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is told is what differs from what was told, whoever has to hear it."""

import json

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import DeliveryCase, know


@tagged("post_install", "-at_install")
class TestDueSegments(DeliveryCase):
    def lines(self, request=None):
        request = request or self.requests()[-1:]
        payload = request and self.build(request)["payload"]
        return payload.splitlines()[1:] if payload else []

    def tell(self):
        """Run, and have Mindbox accept what is told."""
        before = self.requests()
        self.run_scheme(self.scheme)
        self.accept(self.requests() - before)

    # === CAUGHT UP === #

    def test_who_is_not_known_to_mindbox_is_told_of_once_it_is(self):
        clara = self.make_customer("Clara")
        self.make_order(clara, 3, 10)
        self.tell()
        self.assertNotIn(clara.id, [int(line.split(";")[0]) for line in self.lines()])
        self.know(clara)
        before = self.requests()
        self.run_scheme(self.scheme)
        request = self.requests() - before
        self.assertEqual(self.lines(request), [f"{clara.id};RFM;fresh"])

    def test_who_is_known_as_another_is_told_of_once_that_is_over(self):
        clara = self.make_customer("Clara")
        clara.email = self.anna.email = "shared@example.com"
        self.make_order(clara, 3, 10)
        self.know(clara)
        self.env.flush_all()
        self.endpoint._check_contacts()
        self.tell()
        told = [int(line.split(";")[0]) for line in self.lines()]
        self.assertNotIn(clara.id, told)
        clara.email = "clara@example.com"
        self.env.flush_all()
        self.endpoint._check_contacts()
        before = self.requests()
        self.run_scheme(self.scheme)
        request = self.requests() - before
        self.assertEqual(self.lines(request), [f"{clara.id};RFM;fresh"])

    def test_what_was_refused_is_told_again(self):
        self.run_scheme(self.scheme)
        refused = self.requests()
        refused.state = "rejected"
        self.run_scheme(self.scheme)
        again = self.requests() - refused
        self.assertEqual(len(self.lines(again)), 2)

    def test_what_changed_while_nothing_was_recorded_is_told_at_the_start(self):
        self.tell()
        before = self.requests()
        self.endpoint.state = "draft"
        self.make_order(self.anna, 1, 10)
        self.run_scheme(self.scheme)
        self.assertFalse(self.requests() - before)
        self.endpoint.action_start()
        request = self.requests() - before
        self.assertEqual(self.lines(request), [f"{self.anna.id};RFM;vip"])

    # === ALL AGAIN === #

    def test_send_all_tells_those_who_were_told(self):
        self.tell()
        before = self.requests()
        action = self.scheme.action_send_all()
        self.assertIn("2", action["params"]["message"])
        self.assertEqual(len(self.lines(self.requests() - before)), 2)

    def test_send_all_works_for_a_field_as_well(self):
        self.set_field()
        self.accept(self.run_with_jobs())
        before = self.requests()
        self.scheme.action_send_all()
        self.scheme._mark_due()
        self.assertEqual((self.requests() - before).partner_id, self.anna | self.bella)

    def test_a_scheme_that_tells_nothing_cannot_send_all(self):
        self.scheme.mindbox_way = "none"
        with self.assertRaises(UserError):
            self.scheme.action_send_all()

    # === ANOTHER NAME === #

    def test_another_segmentation_empties_the_old_one(self):
        self.tell()
        self.scheme.mindbox_segmentation = "RFM2"
        before = self.requests()
        self.run_scheme(self.scheme)
        request = self.requests() - before
        self.assertEqual(
            self.lines(request),
            [
                f"{self.anna.id};RFM;",
                f"{self.anna.id};RFM2;fresh",
                f"{self.bella.id};RFM;",
                f"{self.bella.id};RFM2;vip",
            ],
        )
        self.accept(request)
        self.run_scheme(self.scheme)
        self.assertEqual(self.requests(), before | request)

    def set_field(self):
        self.scheme.mindbox_way = "field"
        self.operation().write({"mode": "async", "name": "Website.SetSegment"})

    def get_fields(self, partner):
        request = self.requests().filtered(lambda r: r.partner_id == partner)[-1]
        return json.loads(self.build(request)["payload"])["customer"]["customFields"]

    def test_another_field_empties_the_old_one(self):
        self.set_field()
        self.accept(self.run_with_jobs())
        self.scheme.mindbox_field = "segment"
        self.run_with_jobs()
        self.assertEqual(
            self.get_fields(self.bella), {"rfmSegment": "%CLEAR%", "segment": "vip"}
        )

    def test_another_way_leaves_alone_what_the_old_one_has_told(self):
        self.tell()
        self.set_field()
        self.run_with_jobs()
        self.assertEqual(self.get_fields(self.bella), {"rfmSegment": "vip"})

    # === TOLD WITH IT === #

    def test_what_else_is_told_goes_along(self):
        self.set_field()
        values = ("previous", "since", "score", "orders", "amount", "last_order")
        self.scheme.told_field_ids = [
            (0, 0, {"value": value, "name": f"rfm{value.title().replace('_', '')}"})
            for value in values
        ]
        self.run_with_jobs()
        profile = self.bella.rfm_profile_id
        self.assertEqual(
            self.get_fields(self.bella),
            {
                "rfmSegment": "vip",
                "rfmSince": str(profile.segment_since),
                "rfmScore": profile.score,
                "rfmOrders": 2,
                "rfmAmount": 200,
                "rfmLastOrder": str(profile.last_order_date),
            },
        )

    def test_a_value_that_is_gone_is_emptied(self):
        self.set_field()
        told = {"value": "orders", "name": "rfmOrders"}
        self.scheme.told_field_ids = [(0, 0, told)]
        self.accept(self.run_with_jobs())
        self.scheme.told_field_ids.unlink()
        self.run_with_jobs()
        self.assertEqual(
            self.get_fields(self.bella), {"rfmSegment": "vip", "rfmOrders": "%CLEAR%"}
        )

    # === WHO IS TOLD OF === #

    def make_firm(self):
        firm = self.make_customer("Firm", is_company=True)
        buyer = self.make_customer("Buyer", parent_id=firm.id)
        self.make_order(buyer, 3, 10)
        self.know(firm, buyer)
        return firm, buyer

    def test_a_segment_of_a_company_reaches_whom_the_scheme_says(self):
        firm, buyer = self.make_firm()
        for recipients, expected in (
            ("company", {firm.id}),
            ("contacts", {buyer.id}),
            ("both", {firm.id, buyer.id}),
        ):
            with self.subTest(recipients):
                self.scheme.mindbox_recipients = recipients
                self.run_scheme(self.scheme)
                told = {int(line.split(";")[0]) for line in self.lines()}
                self.assertEqual(told & {firm.id, buyer.id}, expected)

    def test_integration_points_of_several_websites_are_all_told(self):
        self.endpoint.state = "draft"
        for name, customer in (("One", self.anna), ("Two", self.bella)):
            customer.website_id = self.env["website"].create({"name": name})
            endpoint = self.endpoint.copy(
                {
                    "name": name,
                    "website_id": customer.website_id.id,
                    "endpoint_code": name,
                    "secret_key": "key",
                }
            )
            endpoint.state = "running"
            know(endpoint, self.anna, self.bella)
        self.run_scheme(self.scheme)
        self.flush()
        told = {}
        for request in self.env["mindbox.request"].search([], order="id desc", limit=2):
            self.endpoint = request.endpoint_id
            told[request.endpoint_id.name] = self.lines(request)
        self.assertEqual(
            told,
            {
                "One": [f"{self.anna.id};RFM;fresh"],
                "Two": [f"{self.bella.id};RFM;vip"],
            },
        )
