# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged

from odoo.addons.mindbox_connector.models.comparison.expectation import get_expected

from ...models.use.mindbox_catalogue import SEGMENT_SET, SEGMENTS
from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestToldSegments(DeliveryCase):
    """The ledger keeps which segment Mindbox was told of a customer."""

    def told(self):
        rows = self.env["mindbox.ledger"].search(
            [("endpoint_id", "=", self.endpoint.id), ("kind", "=", SEGMENTS)]
        )
        return {row.partner_id: row.state for row in rows}

    def find_differing(self):
        """Return the customers whose segment Mindbox does not know."""
        self.env.flush_all()
        expected = self.env.execute_query_dict(get_expected(self.endpoint, [SEGMENTS]))
        told = self.told()
        partners = self.env["res.partner"]
        return {
            row["res_id"]
            for row in expected
            if told.get(partners.browse(row["res_id"])) != row["state"]
        }

    def test_an_import_tells_of_each_customer_in_it(self):
        self.run_scheme(self.scheme)
        self.accept(self.requests())
        self.assertEqual(
            self.told(),
            {
                self.anna: {"segmentation/RFM": "fresh"},
                self.bella: {"segmentation/RFM": "vip"},
            },
        )

    def test_of_an_import_it_is_said_that_it_is_accepted_only(self):
        self.run_scheme(self.scheme)
        self.accept(self.requests())
        rows = self.env["mindbox.ledger"].search([("kind", "=", SEGMENTS)])
        self.assertEqual(set(rows.mapped("known_from")), {"accepted"})

    def test_a_later_import_tells_of_those_who_moved(self):
        self.run_scheme(self.scheme)
        first = self.requests()
        self.accept(first)
        self.make_order(self.anna, 1, 10)
        self.run_scheme(self.scheme)
        self.accept(self.requests() - first)
        self.assertEqual(self.told()[self.anna], {"segmentation/RFM": "vip"})

    def tell_by_field(self):
        self.scheme.mindbox_way = "field"
        self.operation().write({"mode": "async", "name": "Website.SetSegment"})
        requests = self.run_with_jobs()
        self.accept(requests)
        return requests.filtered(lambda request: request.partner_id == self.bella)

    def test_a_field_that_is_set_is_told(self):
        self.tell_by_field()
        self.assertEqual(self.told()[self.bella], {"field/rfmSegment": "vip"})

    def test_a_field_whose_call_has_failed_late_is_not_told(self):
        request = self.tell_by_field()
        request.write({"state": "rejected", "outcome": "failed"})
        self.env.flush_all()
        self.env["mindbox.ledger"]._revoke_requests(request.ids)
        self.assertEqual(set(self.told()), {self.anna})

    def test_a_segment_that_was_not_told_is_found(self):
        self.run_scheme(self.scheme)
        request = self.requests()
        values = self.build(request)
        # The sender loses one of the two.
        lines = values["payload"].splitlines()
        kept = [line for line in lines if not line.startswith(f"{self.anna.id};")]
        values["payload"] = "\n".join(kept)
        request.write(values | {"state": "sent"})
        self.env.flush_all()
        self.env["mindbox.ledger"]._acknowledge_requests(request.ids)
        self.assertEqual(self.find_differing(), {self.anna.id})

    def test_while_an_import_waits_nothing_is_missing(self):
        self.run_scheme(self.scheme)
        self.requests()
        self.assertEqual(self.find_differing(), set())

    def test_what_differs_is_told_in_one_import(self):
        self.run_scheme(self.scheme)
        self.accept(self.requests())
        before = self.requests()
        self.anna.rfm_profile_id.segment_id = self.bella.rfm_segment_id
        kind = self.env["mindbox.catalogue"]._get_kinds()[SEGMENTS]
        self.anna._mindbox_send_segments(self.endpoint, kind, self.anna)
        again = self.requests() - before
        self.assertEqual((again.event, again.res_model), (SEGMENT_SET, "rfm.scheme"))

    def test_a_scheme_that_tells_nothing_expects_nothing(self):
        self.run_scheme(self.scheme)
        self.accept(self.requests())
        self.scheme.mindbox_way = "none"
        self.assertEqual(self.find_differing(), set())
