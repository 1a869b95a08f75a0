# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestLists(SourceCase):
    def wish(self, product, partner=None):
        return self.env["product.wishlist"].create(
            {
                "partner_id": partner and partner.id,
                "product_id": product.id,
                "website_id": self.website.id,
                "price": 42,
            }
        )

    def test_the_wish_list_is_sent_as_it_is(self):
        self.wish(self.product, self.customer)
        self.wish(self.other_product, self.customer)
        products = [
            item["product"]["ids"]["website"]
            for item in self.body("wishlist_set")["productList"]
        ]
        self.assertEqual(
            set(products), {str(self.product.id), str(self.other_product.id)}
        )

    def test_an_emptied_wish_list_is_cleared(self):
        wish = self.wish(self.product, self.customer)
        self.recorded()
        wish.unlink()
        row = self.recorded("wishlist_set")
        self.build(row)
        self.assertEqual(row.event, "wishlist_clear")

    def test_the_wishes_of_a_visitor_become_those_of_the_customer_at_login(self):
        wish = self.wish(self.product)
        self.assertFalse(self.recorded())
        wish.partner_id = self.customer
        self.assertEqual(len(self.body("wishlist_set")["productList"]), 1)

    def test_who_waits_for_a_product_is_told_and_so_is_the_end_of_it(self):
        self.product.stock_notification_partner_ids = self.customer
        self.assertEqual(len(self.body("restock_set")["productList"]), 1)
        self.product.stock_notification_partner_ids -= self.customer
        self.assertEqual(self.body("restock_set")["productList"], [])

    def test_a_view_carries_customer_and_product(self):
        self.product._mindbox_mark(
            "product_view", website=self.website, customer_id=self.customer.id
        )
        body = self.body("product_view")
        self.assertEqual(
            body["viewProduct"], {"product": {"ids": {"website": str(self.product.id)}}}
        )
        self.assertEqual(body["customer"]["ids"], {"websiteID": str(self.customer.id)})

    def test_a_view_by_nobody_known_is_not_recorded(self):
        self.product._mindbox_mark(
            "product_view", website=self.website, customer_id=False
        )
        self.assertFalse(self.recorded())

    def test_the_body_of_a_view_can_be_bare(self):
        self.endpoint.wrap_views = False
        category = self.env["product.public.category"].create({"name": "Lamps"})
        category._mindbox_mark(
            "category_view", website=self.website, customer_id=self.customer.id
        )
        body = self.body("category_view")
        self.assertEqual(
            body["productCategory"], {"ids": {"website": str(category.id)}}
        )


@tagged("post_install", "-at_install")
class TestConsent(SourceCase):
    def decide(self, agreed, channel="email", **vals):
        return self.env["mindbox.consent"]._decide(
            self.customer, {(channel, ""): agreed}, **vals
        )

    def test_a_decision_is_the_first_to_leave(self):
        self.decide(True)
        row = self.recorded("customer_subscription")
        self.assertEqual(row.priority, 0)
        self.assertEqual(
            self.build(row)["customer"]["subscriptions"],
            [{"pointOfContact": "Email", "isSubscribed": True}],
        )

    def test_a_withdrawn_consent_leaves_by_the_operation_that_can_unsubscribe(self):
        self.decide(False)
        row = self.recorded("customer_subscription")
        self.assertEqual(row.operation_id.event, "customer_edit")
        self.assertEqual(row.priority, 0)

    def test_what_stays_as_it_was_is_no_decision(self):
        self.decide(True)
        self.recorded()
        self.assertFalse(self.decide(True))
        self.assertFalse(self.recorded())

    def test_nothing_is_merged_away(self):
        self.decide(True)
        self.decide(False)
        self.decide(True)
        self.assertEqual(len(self.recorded("customer_subscription")), 3)

    def test_a_decision_is_not_changed_afterwards(self):
        decision = self.decide(True)
        with self.assertRaisesRegex(UserError, "record a new one"):
            decision.is_subscribed = False

    def test_the_blacklist_is_an_opt_out_of_all_who_share_the_address(self):
        twin = self.env["res.partner"].create(
            {"name": "Twin", "email": "ANNA@example.com"}
        )
        self.recorded()
        self.env["mail.blacklist"]._add("anna@example.com")
        rows = self.recorded("customer_subscription")
        self.assertEqual(set(rows.mapped("partner_id")), {self.customer, twin})
        self.assertFalse(any(rows.mapped(lambda r: "true" in r.payload)))
        self.env["mail.blacklist"]._remove("anna@example.com")
        self.assertEqual(len(self.recorded("customer_subscription")), 2)

    def test_a_blacklisted_phone_ends_sms_and_viber(self):
        self.env["phone.blacklist"].add("+79991234567")
        channels = self.recorded("customer_subscription").mapped(
            lambda row: self.build(row)["customer"]["subscriptions"][0][
                "pointOfContact"
            ]
        )
        self.assertEqual(set(channels), {"Sms", "Viber"})

    def test_an_order_and_an_edit_invent_no_consent(self):
        self.customer.email = "other@example.com"
        self.make_order((self.product, 1)).action_confirm()
        bodies = [self.build(row) for row in self.recorded()]
        self.assertNotIn("subscriptions", str(bodies))


@tagged("post_install", "-at_install")
class TestMergeAndErasure(SourceCase):
    def test_merged_customers_send_the_merge_and_repeat_their_opt_outs(self):
        twin = self.env["res.partner"].create({"name": "Twin", "email": "t@x.com"})
        self.env["mindbox.consent"]._decide(twin, {("sms", ""): False})
        self.recorded()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.customer.id, twin.id], self.customer
        )
        rows = self.recorded()
        merge = rows.filtered(lambda row: row.event == "customer_merge")
        self.assertEqual(merge.mode, "sync")
        self.assertEqual(
            self.build(merge),
            {
                "customersToMerge": [
                    {"ids": {"websiteID": str(twin.id)}},
                    {"ids": {"websiteID": str(self.customer.id)}},
                ],
                "resultingCustomer": {"ids": {"websiteID": str(self.customer.id)}},
            }
            | {"executionDateTimeUtc": self.build(merge)["executionDateTimeUtc"]},
        )
        self.assertEqual(
            len(rows.filtered(lambda row: row.event == "customer_subscription")), 1
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

    def test_a_deleted_customer_leaves_no_body_and_is_listed_for_deletion(self):
        self.customer.city = "Omsk"
        self.recorded()
        customer_id = self.customer.id
        self.customer.unlink()
        self.env.cr.flush()
        self.assertFalse(
            self.env["mindbox.request"].search([("partner_id", "=", customer_id)])
        )
        erasure = self.env["mindbox.erasure"].search(
            [("customer_id_value", "=", str(customer_id))]
        )
        self.assertEqual(erasure.email, "anna@example.com")
        erasure.action_done()
        self.assertFalse(erasure.email)

    def test_an_erased_customer_has_nothing_waiting_and_no_stored_body(self):
        self.customer.city = "Omsk"
        self.decided = self.env["mindbox.consent"]._decide(
            self.customer, {("email", ""): True}
        )
        rows = self.recorded()
        self.customer.city = "Tomsk"
        self.customer.action_mindbox_erase()
        self.env.cr.flush()
        self.env.invalidate_all()
        self.assertEqual(set(rows.mapped("state")), {"cancelled"})
        self.assertFalse(any(rows.mapped("payload")))
        self.assertFalse(self.recorded())

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

    def test_an_erased_customer_stays_forgotten_until_told_otherwise(self):
        self.customer.action_mindbox_erase()
        self.recorded()
        self.customer.city = "Omsk"
        self.env["mindbox.consent"]._decide(self.customer, {("email", ""): True})
        self.make_order((self.product, 1)).action_confirm()
        self.assertFalse(self.recorded())
        self.assertIn("Erased", self.customer.mindbox_notice)
        self.customer.action_mindbox_restore()
        self.assertEqual(self.recorded().mapped("event"), ["customer_edit"])

    def test_an_erased_customer_leaves_neither_device_nor_address_behind(self):
        self.customer.city = "Omsk"
        row = self.recorded("customer_edit")
        row.write({"device_uuid": "a-device", "customer_ip": "10.0.0.1"})
        self.customer.action_mindbox_erase()
        self.assertFalse(row.device_uuid or row.customer_ip)

    def test_who_was_forgotten_and_signs_up_again_is_known_again(self):
        self.customer.action_mindbox_erase()
        self.recorded()
        self.customer.signup_prepare()
        token = self.customer._generate_signup_token()
        self.env["res.users"].signup(
            {"name": "Anna", "login": "anna@again.com", "password": "secret-1234"},
            token=token,
        )
        self.assertIn("customer_register", self.recorded().mapped("event"))

    def test_the_deletion_of_customers_by_the_privacy_lookup_is_listed(self):
        partner = self.env["res.partner"].create({"name": "P", "email": "p@x.com"})
        self.recorded()
        wizard = self.env["privacy.lookup.wizard"].create(
            {"name": "P", "email": "p@x.com"}
        )
        wizard.action_lookup()
        line = wizard.line_ids.filtered(lambda line: line.res_model == "res.partner")
        line.action_unlink()
        listed = self.env["mindbox.erasure"].search([("email", "=", "p@x.com")])
        self.assertEqual(listed.customer_id_value, str(partner.id))

    def test_a_customer_who_deletes_the_own_account_is_forgotten(self):
        user = self.env["res.users"].create(
            {
                "name": "Anna",
                "login": "anna@own.com",
                "partner_id": self.customer.id,
                "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])],
            }
        )
        rows = self.recorded()
        self.customer.city = "Omsk"
        rows |= self.recorded()
        user._deactivate_portal_user(request_blacklist=False)
        self.env.cr.flush()
        self.env.invalidate_all()
        self.assertFalse(rows.filtered(lambda row: row.state == "pending"))
        self.assertFalse(any(rows.mapped("payload")))
        self.assertFalse(self.recorded("customer_edit"))
