# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Changed segments on their way to Mindbox."""

import json

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestDelivery(DeliveryCase):
    def test_one_import_per_run(self):
        self.run_scheme(self.scheme)
        request = self.requests().ensure_one()
        scheme = ("rfm.scheme", self.scheme.id)
        self.assertEqual((request.res_model, request.res_id), scheme)
        values = self.build(request)
        self.assertEqual(values["mode"], "bulk")
        self.assertEqual(
            values["payload"].splitlines(),
            [
                "CustomerExternalIdentitywebsiteID;SegmentationExternalId;"
                "SegmentExternalId",
                f"{self.anna.id};RFM;fresh",
                f"{self.bella.id};RFM;vip",
            ],
        )

    def test_unchanged_run_sends_nothing(self):
        self.run_scheme(self.scheme)
        before = self.requests()
        self.accept(before)
        self.run_scheme(self.scheme)
        self.assertEqual(self.requests(), before)

    def test_only_changed_customers_and_those_who_leave(self):
        self.run_scheme(self.scheme)
        first = self.requests()
        self.accept(first)
        self.make_order(self.anna, 1, 10)
        self.bella.active = False
        self.run_scheme(self.scheme)
        request = self.requests() - first
        lines = self.build(request)["payload"].splitlines()[1:]
        self.assertEqual(lines, [f"{self.anna.id};RFM;vip", f"{self.bella.id};RFM;"])

    def test_excluded_customers_are_left_out(self):
        self.endpoint.customer_domain = f"[('id', '!=', {self.anna.id})]"
        self.run_scheme(self.scheme)
        lines = self.build(self.requests())["payload"].splitlines()[1:]
        self.assertEqual(lines, [f"{self.bella.id};RFM;vip"])

    def test_not_at_all(self):
        self.scheme.mindbox_way = "none"
        self.run_scheme(self.scheme)
        self.assertFalse(self.requests())

    def test_customer_field(self):
        self.scheme.mindbox_way = "field"
        self.operation().write({"mode": "async", "name": "Website.SetSegment"})
        requests = self.run_with_jobs()
        self.assertEqual(requests.partner_id, self.anna | self.bella)
        bodies = [json.loads(self.build(request)["payload"]) for request in requests]
        self.assertIn(
            {
                "customer": {
                    "ids": {"websiteID": str(self.bella.id)},
                    "customFields": {"rfmSegment": "vip"},
                }
            },
            bodies,
        )

    def test_nobody_maps_another_field_to_the_segment(self):
        self.scheme.mindbox_way = "field"
        values = {"endpoint_id": self.endpoint.id, "path": "city"}
        with self.assertRaisesRegex(ValidationError, "itself already"):
            self.env["mindbox.field.map"].create(values | {"name": "RfmSegment"})

    def test_who_is_in_no_segment_any_more_has_the_field_emptied(self):
        self.scheme.mindbox_way = "field"
        self.operation().write({"mode": "async", "name": "Website.SetSegment"})
        requests = self.run_with_jobs()
        self.accept(requests)
        request = requests.filtered(lambda r: r.partner_id == self.bella)
        self.bella.rfm_profile_id.segment_id = False
        body = json.loads(self.build(request)["payload"])
        self.assertEqual(body["customer"]["customFields"], {"rfmSegment": "%CLEAR%"})

    def test_operation_per_segment(self):
        self.scheme.mindbox_way = "operation"
        vip = self.scheme.segment_ids.filtered(lambda s: s.code == "vip")
        general = self.operation()
        general.write({"mode": "async", "name": "Website.LeaveSegments"})
        own = general.copy({"rfm_segment_id": vip.id, "name": "Website.EnterVip"})
        # Anna's segment has no operation: there is nothing to tell of it.
        request = self.run_with_jobs().ensure_one()
        self.assertEqual(request.partner_id, self.bella)
        self.assertEqual(self.build(request)["operation_id"], own.id)
        own.active = False
        values = self.build(request)
        self.assertEqual(
            (values["state"], values["reason_code"]), ("skipped", "nobody_to_tell")
        )

    def test_mode_that_does_not_fit_is_said(self):
        self.operation().mode = "async"
        self.run_scheme(self.scheme)
        values = self.build(self.requests())
        self.assertEqual(values["state"], "skipped")
        self.assertEqual(values["reason_code"], "mode_mismatch")

    def test_existing_endpoints_have_the_operation(self):
        self.assertEqual(self.operation().mode, "bulk")
        self.assertFalse(self.operation().send_execution_time)
