# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An erased customer leaves nothing behind."""

from odoo.tests import tagged

from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestErasure(SourceCase):
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

    def test_what_is_sent_again_tells_nothing_of_an_erased_customer(self):
        order = self.make_order((self.product, 1))
        order.action_confirm()
        self.customer.city = "Omsk"
        rows = self.recorded().filtered("merge_key")
        self.assertTrue(rows)
        self.customer.action_mindbox_erase()
        self.env["mindbox.request"]._resend(rows.ids)
        for row in rows:
            self.assertFalse(self.build(row))
            self.assertEqual(row.state, "skipped")

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
