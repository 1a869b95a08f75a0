# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What guests buy counts for whom their e-mail belongs to, by choice."""

from datetime import timedelta

from odoo.tests import new_test_user, tagged

from ..common import TODAY
from .incremental import IncrementalCase

EMAIL = "anna@example.com"


@tagged("post_install", "-at_install")
class TestGuests(IncrementalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls.make_custom([("loyal", "orders >= 2"), ("rest", "")])
        cls.scheme.guests_by_email = True
        cls.point = cls.make_point()
        cls.anna = cls.make_customer("Anna", email=EMAIL)
        cls.guest = cls.make_customer("Guest", email="Anna@Example.com")
        cls.make_order(cls.anna, 40, 100)
        cls.make_order(cls.guest, 5, 30)

    def check_contacts(self):
        self.env["mindbox.contact"]._check(self.point)

    def test_two_orders_of_one_address_are_one_customer_s(self):
        self.check_contacts()
        self.run_scheme(self.scheme)
        self.assertEqual(self.facts(self.anna), (5, 2, 130))
        self.assertEqual(self.profile(self.anna).segment_id.code, "loyal")
        self.assertFalse(self.profile(self.guest))

    def test_without_the_choice_each_contact_is_a_customer(self):
        self.check_contacts()
        self.scheme.guests_by_email = False
        self.run_scheme(self.scheme)
        self.assertEqual(self.facts(self.anna), (40, 1, 100))
        self.assertEqual(self.facts(self.guest), (5, 1, 30))

    def test_who_has_an_account_is_nobody_s_guest(self):
        user = new_test_user(self.env, EMAIL, "base.group_portal", name="Member")
        user.partner_id.write({"ref": "rfm-Member", "email": EMAIL})
        self.make_order(user.partner_id, 3, 50)
        self.check_contacts()
        self.run_scheme(self.scheme)
        self.assertEqual(self.facts(user.partner_id), (3, 3, 180))
        self.assertFalse(self.profile(self.anna) | self.profile(self.guest))

    def test_a_guest_counts_for_the_company_of_whoever_owns_the_address(self):
        firm = self.make_customer("Firm", is_company=True)
        self.anna.parent_id = firm
        self.check_contacts()
        self.run_scheme(self.scheme)
        self.assertEqual(self.facts(firm), (5, 2, 130))

    def test_a_daily_run_sees_addresses_that_come_and_go(self):
        self.run_day(self.scheme, TODAY)
        for number, email in enumerate((EMAIL, False, "g@example.com", EMAIL)):
            self.guest.email = email
            self.check_contacts()
            run = self.compare(self.scheme, TODAY + timedelta(days=number))
            self.assertEqual(run.scope, "touched")
            orders = 2 if email == EMAIL else 1
            self.assertEqual(self.profile(self.anna).order_count, orders, email)

    def test_a_daily_run_sees_what_a_guest_buys(self):
        self.check_contacts()
        self.run_day(self.scheme, TODAY)
        self.make_order(self.guest, 0, 20)
        run = self.compare(self.scheme, TODAY)
        self.assertEqual(run.scope, "touched")
        self.assertEqual(self.facts(self.anna), (0, 3, 150))
