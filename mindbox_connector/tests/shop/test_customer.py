# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


from odoo.tests import tagged

from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestCustomer(SourceCase):
    def test_an_edit_carries_the_whole_personal_bundle(self):
        self.customer.write({"birthday": "1990-06-16", "sex": "female"})
        customer = self.body("customer_edit")["customer"]
        self.assertEqual(
            customer,
            {
                "ids": {"websiteID": str(self.customer.id)},
                "email": "anna@example.com",
                "mobilePhone": "79991234567",
                "fullName": "Anna Ivanova",
                "birthDate": "1990-06-16",
                "sex": "female",
            },
        )

    def test_several_edits_in_one_transaction_are_one_request(self):
        self.customer.phone = "+7 999 000-00-00"
        self.env.cr.flush()
        self.customer.email = "new@example.com"
        self.assertEqual(len(self.recorded("customer_edit")), 1)

    def test_a_removed_phone_is_cleared_in_mindbox(self):
        self.know(self.customer)
        self.customer.phone = False
        self.env.cr.flush()
        row = self.recorded("customer_edit")
        self.assertEqual(row.cleared, "mobilePhone")
        body = self.endpoint._build_values(
            self.endpoint._with_sender(self.customer),
            "customer_edit",
            row.occurred_at,
            cleared=row.cleared.split(),
        )["payload"]
        self.assertIn('"mobilePhone":"%CLEAR%"', body)
        self.customer.phone = "8 999 123-45-67"
        self.assertNotIn("CLEAR", str(self.body("customer_edit")))

    def test_a_phone_removed_before_another_edit_is_still_cleared(self):
        self.customer.phone = False
        first = self.recorded("customer_edit")
        self.customer.name = "Omsk"
        second = self.recorded("customer_edit")
        self.env["mindbox.request"]._merge_waiting(
            (first | second).mapped("transaction_id")
        )
        self.env.invalidate_all()
        self.assertEqual(first.exists().cleared, "mobilePhone")
        self.assertFalse(second.exists())

    def test_a_registration_is_as_urgent_as_it_is_whatever_waited_before(self):
        """Else the consent given with it would leave first, and create a stub."""
        edit = self.recorded("customer_edit") or self.env["mindbox.request"]
        self.customer.name = "Omsk"
        edit |= self.recorded("customer_edit")
        self.customer._mindbox_mark("customer_register")
        register = self.recorded("customer_register")
        self.assertLess(register.priority, edit.priority)
        self.env["mindbox.request"]._merge_waiting(
            (edit | register).mapped("transaction_id")
        )
        self.env.invalidate_all()
        self.assertEqual((edit.event, edit.priority), ("customer_register", 0))

    def test_what_no_body_tells_is_no_edit(self):
        values = {"comment": "likes lamps", "city": "Omsk", "active": False}
        self.customer.write({**values, "street": "Lenina 1", "lang": False})
        self.customer.tz = "Asia/Tokyo"
        self.assertFalse(self.recorded())
        self.endpoint.send_time_zone = True
        self.customer.tz = "Asia/Omsk"
        self.assertEqual(len(self.recorded("customer_edit")), 1)

    def test_a_country_is_told_by_the_phone_only(self):
        self.customer.write({"phone": False})
        self.recorded()
        self.customer.country_id = self.env.ref("base.fr")
        self.assertFalse(self.recorded())

    def test_a_form_that_writes_what_was_there_already_is_no_edit(self):
        shown = ("name", "email", "phone", "country_id")
        values = self.customer.read(shown, load=False)[0]
        values.pop("id")
        self.customer.write({**values, "city": "Omsk"})
        self.assertFalse(self.recorded())
        self.customer.write({**values, "phone": "8 999 765-43-21"})
        self.assertEqual(len(self.recorded("customer_edit")), 1)

    def test_employees_addresses_and_the_public_visitor_are_not_customers(self):
        employee = self.env.ref("base.user_admin").partner_id
        address = self.env["res.partner"].create(
            {"name": "Dacha", "type": "delivery", "parent_id": self.customer.id}
        )
        (employee | address | self.env.ref("base.public_partner")).write(
            {"name": "Omsk"}
        )
        self.assertFalse(
            self.recorded().filtered(lambda r: r.res_id != self.customer.id)
        )

    def test_a_customer_without_contact_is_skipped_with_the_reason(self):
        nobody = self.env["res.partner"].create({"name": "Nobody"})
        row = self.recorded("customer_edit")
        self.assertIsNone(self.build(row))
        self.assertEqual((row.state, row.res_id), ("skipped", nobody.id))
        self.assertIn("No contact", row.error)

    def test_an_excluded_customer_is_skipped_with_the_reason(self):
        self.endpoint.customer_domain = "[('is_company', '=', True)]"
        self.customer.name = "Omsk"
        row = self.recorded("customer_edit")
        self.assertIsNone(self.build(row))
        self.assertIn("Excluded", row.error)

    def test_phones_of_many_countries_become_digits_with_country_code(self):
        cases = {
            ("ru", "8 (912) 345-67-89"): "79123456789",
            ("kz", "8 701 234 56 78"): "77012345678",
            ("by", "+375 29 123-45-67"): "375291234567",
            ("us", "(650) 253-0000"): "16502530000",
            ("de", "030 901820"): "4930901820",
            ("fr", "06 12 34 56 78"): "33612345678",
            ("uk", "07400 123456"): "447400123456",
            ("it", "06 1234567"): "39061234567",
            ("tr", "0501 234 56 78"): "905012345678",
            ("cn", "131 2345 6789"): "8613123456789",
            ("br", "(11) 96123-4567"): "5511961234567",
            ("in", "081234 56789"): "918123456789",
        }
        for (country, phone), digits in cases.items():
            with self.subTest(country=country):
                self.customer.write(
                    {"phone": phone, "country_id": self.env.ref(f"base.{country}").id}
                )
                self.assertEqual(self.customer._mindbox_phone(self.endpoint), digits)

    def test_a_nonsense_phone_is_left_out(self):
        for phone in ("call me", "12", "+++", "8" * 40, "🙂"):
            self.customer.phone = phone
            self.assertEqual(self.customer._mindbox_phone(self.endpoint), "")

    def test_odd_names_and_mails_make_a_valid_body(self):
        for name, email in (
            ("Я" * 200, "UPPER+Plus@Example.COM"),
            ("🙂 'Quote\" O’Neil", "a@example.com"),
            ("אבג דהו", "x" * 250 + "@example.com"),
        ):
            self.customer.write({"name": name, "email": email})
            profile = self.customer._mindbox_profile(self.endpoint)
            self.assertLessEqual(len(profile["fullName"]), 100)
            self.assertLessEqual(len(profile.get("email", "")), 254)

    def test_the_body_does_not_depend_on_who_looks(self):
        french = self.env["res.lang"]._activate_lang("fr_FR")
        portal = self.env["res.users"].create(
            {"name": "P", "login": "p@x.com", "lang": french.code, "tz": "Asia/Tokyo"}
        )
        row_values = [
            self.endpoint._build_values(
                self.endpoint._with_sender(self.customer.with_user(user)),
                "customer_edit",
                self.customer.create_date,
            )["payload"]
            for user in (self.env.user, portal)
        ]
        self.assertEqual(*row_values)

    def test_a_sign_up_is_a_registration_and_no_edit_beside_it(self):
        self.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
        self.env["res.users"].signup(
            {"name": "New One", "login": "new@one.com", "password": "secret-1234"}
        )
        self.env["mindbox.request"]._merge_waiting(
            self.recorded().mapped("transaction_id")
        )
        self._known = self.env["mindbox.request"]
        rows = self.recorded().filtered(lambda row: row.res_model == "res.partner")
        self.assertEqual(rows.mapped("event"), ["customer_register"])

    def test_an_accepted_invitation_is_a_registration_a_new_password_is_none(self):
        user = self.env["res.users"].create(
            {
                "name": "Invited",
                "login": "invited@x.com",
                "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])],
            }
        )
        self.recorded()
        user.partner_id.signup_prepare()
        token = user.partner_id._generate_signup_token()
        self.env["res.users"].signup({"password": "secret-1234"}, token=token)
        self.assertEqual(len(self.recorded("customer_register")), 1)
        self.env["res.users.log"].with_user(user).sudo().create({})
        self.env.invalidate_all()
        user.partner_id.signup_prepare(signup_type="reset")
        token = user.partner_id._generate_signup_token()
        self.env["res.users"].signup({"password": "secret-5678"}, token=token)
        self.assertFalse(self.recorded("customer_register"))

    def test_who_signs_up_after_a_guest_order_is_one_customer_in_mindbox(self):
        self.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
        self.make_cart((self.product, 1)).action_confirm()
        waiting = self.recorded("order_create")
        self.know(self.customer)
        self.env["res.users"].signup(
            {"name": "Anna I", "login": "anna@example.com", "password": "secret-1234"}
        )
        merge = self.recorded("customer_merge")
        self.env.invalidate_all()
        self.assertEqual(waiting.customer_key, merge.customer_key, "and in order")
        self.assertEqual(
            self.build(merge)["customersToMerge"][0]["ids"],
            {"websiteID": str(self.customer.id)},
        )

    def test_a_guest_does_not_take_the_e_mail_of_an_account_away(self):
        self.env["res.users"].create(
            {
                "name": "Anna",
                "login": "anna@example.com",
                "partner_id": self.customer.id,
                "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])],
            }
        )
        self.recorded()
        guest = self.env["res.partner"].create(
            {"name": "Anna as guest", "email": "ANNA@example.com"}
        )
        row = self.recorded("customer_edit")
        self.assertIsNone(self.build(row))
        self.assertEqual((row.state, row.res_id), ("skipped", guest.id))
        self.assertIn("account", row.error)

    def test_only_a_person_who_got_in_is_a_login(self):
        user = self.env["res.users"].create(
            {
                "name": "Visitor",
                "login": "visitor@x.com",
                "password": "secret-1234",
                "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])],
            }
        )
        self.recorded()
        credential = {
            "login": user.login,
            "password": "secret-1234",
            "type": "password",
        }
        users = self.env["res.users"]
        users.authenticate(credential, {"interactive": False})
        self.assertFalse(self.recorded("customer_authorize"))
        users.authenticate(credential, {"interactive": True})
        body = self.body("customer_authorize")
        self.assertEqual(
            body["customer"]["ids"], {"websiteID": str(user.partner_id.id)}
        )

    def test_a_login_with_a_second_factor_waits_for_it(self):
        user = self.env["res.users"].create(
            {
                "name": "Careful",
                "login": "careful@x.com",
                "password": "secret-1234",
                "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])],
            }
        )
        user.totp_secret = "JBSWY3DPEHPK3PXP"
        self.recorded()
        credential = {
            "login": user.login,
            "password": "secret-1234",
            "type": "password",
        }
        self.env["res.users"].authenticate(credential, {"interactive": True})
        self.assertFalse(self.recorded("customer_authorize"))
        user._mindbox_mark_login()  # what the page of the second factor ends with
        self.assertEqual(len(self.recorded("customer_authorize")), 1)
