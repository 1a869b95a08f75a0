# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Merged customers: Mindbox merges them, and what waits follows the survivor."""

from odoo.tests import tagged

from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestMerge(SourceCase):
    def test_merged_customers_send_the_merge_and_repeat_their_opt_outs(self):
        twin = self.env["res.partner"].create({"name": "Twin", "email": "t@x.com"})
        self.env["mindbox.consent"]._decide(twin, {("sms", ""): False})
        self.recorded()
        self.know(twin)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.customer.id, twin.id], self.customer
        )
        rows = self.recorded()
        merge = rows.filtered(lambda row: row.event == "customer_merge")
        self.assertEqual(merge.mode, "sync")
        self.assertEqual(
            self.build(merge),
            {
                "customersToMerge": [{"ids": {"websiteID": str(twin.id)}}],
                "resultingCustomer": {"ids": {"websiteID": str(self.customer.id)}},
            }
            | {"executionDateTimeUtc": self.build(merge)["executionDateTimeUtc"]},
        )
        self.assertEqual(
            len(rows.filtered(lambda row: row.event == "customer_subscription")), 1
        )

    def test_who_is_merged_before_mindbox_was_told_needs_no_merge_there(self):
        twin = self.env["res.partner"].create({"name": "Twin", "email": "t@x.com"})
        decided = {("sms", ""): True}
        self.env["mindbox.consent"]._decide(twin, decided)
        consent = self.recorded("customer_subscription")
        self.merge(twin)
        merge = self.recorded("customer_merge")
        self.assertEqual(merge.reason_code, "merged_unknown")
        self.assertEqual(
            self.build(consent)["customer"]["ids"],
            {"websiteID": str(self.customer.id)},
        )

    def test_what_waits_for_a_merged_customer_follows_the_survivor(self):
        twin = self.env["res.partner"].create({"name": "Twin", "email": "t@x.com"})
        row = self.recorded("customer_edit")
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.customer.id, twin.id], self.customer
        )
        self.env.invalidate_all()
        self.assertEqual(row.partner_id, self.customer)
        self.assertEqual(row.customer_key, f"partner-{self.customer.id}")
        self.assertEqual(row.res_id, self.customer.id)

    def merge(self, *others):
        partners = self.customer.union(*others)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            partners.ids, self.customer
        )
        self.env.invalidate_all()

    def test_an_address_that_is_merged_was_never_a_customer(self):
        """Mindbox refuses to merge whom it does not know."""
        address = self.env["res.partner"].create(
            {"name": "Dacha", "type": "delivery", "parent_id": self.customer.id}
        )
        self.recorded()
        address.parent_id = False
        address.type = "delivery"
        other = self.env["res.partner"].create({"name": "Owner", "email": "o@x.com"})
        address.parent_id = other
        self.recorded()
        self.merge(address)
        self.assertFalse(self.recorded("customer_merge"))

    def test_what_a_merged_customer_had_sent_is_sent_again_as_the_survivor(self):
        twin = self.env["res.partner"].create({"name": "Twin", "email": "t@x.com"})
        row = self.recorded("customer_edit")
        self.build(row)
        row.state = "rejected"
        self.merge(twin)
        row.action_resend()
        self.assertEqual(row.customer_key, f"partner-{self.customer.id}")
        body = self.build(row)
        self.assertEqual(body["customer"]["ids"], {"websiteID": str(self.customer.id)})

    def test_an_erased_duplicate_does_not_erase_the_survivor(self):
        twin = self.env["res.partner"].create({"name": "Twin", "email": "t@x.com"})
        self.recorded()
        twin.action_mindbox_erase()
        self.merge(twin)
        self.assertFalse(self.customer.mindbox_erased_at)
        self.customer.name = "Anna Petrova"
        self.assertIn("customer_edit", self.recorded().mapped("event"))

    def test_who_is_merged_into_an_erased_customer_must_be_deleted_in_mindbox(self):
        twin = self.env["res.partner"].create({"name": "Twin", "email": "t@x.com"})
        self.recorded()
        twin_id = twin.id
        self.customer.action_mindbox_erase()
        self.merge(twin)
        self.assertTrue(self.customer.mindbox_erased_at)
        listed = self.env["mindbox.erasure"].search([])
        self.assertIn(str(twin_id), listed.mapped("customer_id_value"))

    def test_who_is_merged_is_not_deleted_in_mindbox(self):
        twin = self.env["res.partner"].create({"name": "Twin", "email": "t@x.com"})
        self.recorded()
        self.merge(twin)
        self.assertFalse(self.env["mindbox.erasure"].search([]))
