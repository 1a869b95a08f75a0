# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An erased customer leaves nothing behind."""

import json
import runpy
from types import SimpleNamespace
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import file_path

from ...catalogue import FAREWELL
from ...controllers.portal import decide_by_mail
from ..sources import SourceCase

SCRIPT = "mindbox_connector/migrations/19.0.2.0.0/post-what-was-left.py"


@tagged("post_install", "-at_install")
class TestErasure(SourceCase):
    def test_a_deleted_customer_leaves_no_body_and_is_listed_for_deletion(self):
        self.customer.name = "Omsk"
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
        self.customer.name = "Omsk"
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
        farewell = self.recorded()
        self.assertEqual(farewell.mapped("event"), [FAREWELL])
        self.assertFalse(farewell.partner_id)
        customer = json.loads(farewell.payload)["customer"]
        self.assertEqual(
            customer,
            {
                "ids": {"websiteID": str(self.customer.id)},
                "subscriptions": [{"isSubscribed": False}],
            },
        )

    def test_who_has_agreed_to_nothing_has_nothing_to_withdraw(self):
        self.env["mindbox.consent"]._decide(self.customer, {("sms", ""): False})
        self.recorded()
        self.customer.action_mindbox_erase()
        self.assertFalse(self.recorded())

    def test_what_is_sent_again_tells_nothing_of_an_erased_customer(self):
        order = self.make_order((self.product, 1))
        order.action_confirm()
        self.customer.name = "Omsk"
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
        self.customer.name = "Omsk"
        self.env["mindbox.consent"]._decide(self.customer, {("email", ""): True})
        self.make_order((self.product, 1)).action_confirm()
        self.assertFalse(self.recorded())
        self.assertIn("Erased", self.customer.mindbox_notice)
        self.customer.action_mindbox_restore()
        self.assertEqual(self.recorded().mapped("event"), ["customer_edit"])

    def test_an_erased_customer_leaves_neither_device_nor_address_behind(self):
        self.customer.name = "Omsk"
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
        self.customer.name = "Omsk"
        rows |= self.recorded()
        user._deactivate_portal_user(request_blacklist=False)
        self.env.cr.flush()
        self.env.invalidate_all()
        self.assertFalse(rows.filtered(lambda row: row.state == "pending"))
        self.assertFalse(any(rows.mapped("payload")))
        self.assertFalse(self.recorded("customer_edit"))

    # === WHO MUST HEAR OF IT === #

    def listed(self):
        return self.env["mindbox.erasure"].search([("state", "=", "todo")]).endpoint_id

    def test_whoever_was_told_once_must_delete_them_too(
        self,
    ):
        values = {"endpoint_code": "Old", "secret_key": "key", "website_id": False}
        old = self.endpoint.copy(values)
        self.env["mindbox.ledger"]._acknowledge(
            old,
            "customers",
            [{"res_id": self.customer.id, "partner_id": self.customer.id}],
        )
        self.customer.action_mindbox_erase()
        self.assertEqual(self.listed(), self.endpoint | old)

    def test_who_became_an_employee_is_listed_with_the_end_of_the_contact(self):
        self.customer.name = "Omsk"
        self.recorded()
        self.customer.partner_share = False
        self.env.flush_all()
        self.customer.unlink()
        self.assertEqual(self.listed(), self.endpoint)

    def test_what_an_earlier_version_has_left_is_forgotten_with_the_update(self):
        self.customer.name = "Omsk"
        row = self.recorded("customer_edit")
        row.write({"payload": "{}", "state": "sent"})
        erasure = {"customer_id_value": str(self.customer.id), "state": "done"}
        self.env["mindbox.erasure"].create({**erasure, "endpoint_id": self.endpoint.id})
        self.customer.mindbox_erased_at = fields.Datetime.now()
        script = runpy.run_path(file_path(SCRIPT))
        script["migrate"](self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertFalse(row.payload)
        self.assertFalse(self.listed(), "who was ticked off comes again")

    # === THE SAME TRANSACTION === #

    def test_what_the_same_transaction_was_to_record_is_not_recorded(self):
        cart = self.make_cart((self.product, 1))
        self.recorded()
        order = self.make_order((self.product, 1))
        order.action_confirm()
        cart.unlink()
        self.customer.action_mindbox_erase()
        self.assertFalse(self.recorded())

    def test_nor_what_follows_on_the_device_of_somebody_who_was_erased(self):
        self.customer.action_mindbox_erase()
        self.recorded()
        visitor = {"device_uuid": "a-device", "customer_ip": "10.0.0.1"}
        place = "odoo.addons.mindbox_connector.models.capture.mindbox_flush.get_visitor"
        with patch(place, lambda: visitor):
            self.make_cart((self.product, 1))
            self.product._mindbox_mark("product_view", customer_id=self.customer.id)
            self.assertFalse(self.recorded())

    def test_the_pages_of_somebody_who_was_erased_tell_nothing_by_themselves(self):
        group = self.env.ref("base.group_portal")
        user = {"name": "Anna", "login": "anna@own.com", "group_ids": group.ids}
        user = self.env["res.users"].create({**user, "partner_id": self.customer.id})
        self.website.mindbox_tracker = True
        website = self.website.with_user(user)
        self.assertTrue(website._mindbox_get_tracker())
        self.customer.action_mindbox_erase()
        self.assertIsNone(website._mindbox_get_tracker())

    def test_what_was_recorded_of_the_device_before_the_login_is_forgotten(self):
        self.customer.name = "Omsk"
        device = {"device_uuid": "a-device", "customer_ip": "10.0.0.1"}
        mine = self.recorded("customer_edit")
        mine.write(device)
        values = {"event": "product_view", "customer_key": "a-device", "payload": "{}"}
        values["endpoint_id"] = self.endpoint.id
        anonymous = self.env["mindbox.request"].create({**device, **values})
        self.customer.action_mindbox_erase()
        self.assertEqual(anonymous.state, "cancelled")
        for name in ("payload", "device_uuid", "customer_ip", "customer_key"):
            self.assertFalse(anonymous[name])

    # === SENDING AGAIN === #

    def test_nobody_sends_again_what_is_of_an_erased_customer(self):
        self.customer.name = "Omsk"
        row = self.recorded("customer_edit")
        self.customer.action_mindbox_erase()
        with self.assertRaisesRegex(UserError, "erased"):
            row.action_resend()
        self.assertEqual(row.state, "cancelled")

    # === CONSENTS === #

    def test_a_tick_in_the_checkout_of_an_erased_customer_is_a_decision(self):
        self.customer.action_mindbox_erase()
        request = SimpleNamespace(env=self.env, website=self.website)
        with patch("odoo.addons.mindbox_connector.controllers.portal.request", request):
            decide_by_mail(self.customer, "checkout")
        self.assertTrue(self.customer.mindbox_consent_ids.is_subscribed)
        self.assertFalse(self.recorded())
