# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One owner of each contact: decided before bodies are built, kept, and told."""

import json

from odoo.tests import tagged
from odoo.tools import SQL

from ...catalogue import RELEASE
from ...models.identity.mindbox_contact import KINDS
from ..sources import SourceCase

PHONE = "79991234567"


@tagged("post_install", "-at_install")
class TestContacts(SourceCase):
    def setUp(self):
        super().setUp()
        self.contacts = self.env["mindbox.contact"]

    def make_partner(self, account=False, **values):
        values = {"name": "Olga", "email": "olga@example.com", **values}
        partner = self.env["res.partner"].create(values)
        if account:
            self.make_account(partner)
        return partner

    def make_account(self, partner):
        portal = self.env.ref("base.group_portal")
        return self.env["res.users"].create(
            {
                "login": f"login{partner.id}@example.com",
                "partner_id": partner.id,
                "group_ids": [(6, 0, portal.ids)],
            }
        )

    def settle(self, *partners):
        self.env.flush_all()
        ids = [partner.id for partner in partners]
        lanes = self.contacts._settle(self.endpoint, ids, ids)
        self.env.invalidate_all()
        return lanes

    def profile(self, partner, event="customer_edit"):
        sender = self.endpoint._with_sender(partner)
        values = self.endpoint._build_values(sender, event, partner.create_date)
        if not values["payload"]:
            return values["reason_code"]
        return json.loads(values["payload"])["customer"]

    def owner(self, kind):
        return self.contacts.search([("kind", "=", kind)]).partner_id

    # === WHO OWNS === #

    def test_what_one_customer_has_alone_needs_no_decision(self):
        self.settle(self.customer)
        self.assertFalse(self.contacts.search([]))
        self.assertEqual(self.profile(self.customer)["mobilePhone"], PHONE)

    def test_a_shared_phone_is_told_of_the_older_one_only(self):
        olga = self.make_partner(phone="+7 (999) 123 45 67")
        self.settle(olga)
        self.assertEqual(self.owner("phone"), self.customer)
        self.assertEqual(self.profile(self.customer)["mobilePhone"], PHONE)
        self.know(olga)
        self.assertEqual(self.profile(olga)["mobilePhone"], "%CLEAR%")
        self.assertEqual(self.profile(olga)["email"], "olga@example.com")

    def test_who_registers_leaves_out_what_is_anothers(self):
        olga = self.make_partner(phone=self.customer.phone)
        self.settle(olga)
        self.assertNotIn("mobilePhone", self.profile(olga, "customer_register"))

    def test_an_account_gets_what_a_guest_had(self):
        olga = self.make_partner(account=True, phone=self.customer.phone)
        self.settle(olga)
        self.assertEqual(self.owner("phone"), olga)

    def test_who_has_all_contacts_from_others_is_known_by_the_id(self):
        email = self.customer.email
        self.make_account(self.customer)
        olga = self.make_partner(account=True, email=email)
        self.settle(olga)
        told = self.profile(olga, "customer_register")
        self.assertEqual(told["ids"], {"websiteID": str(olga.id)})
        self.assertNotIn("email", told)

    def test_the_same_contacts_are_decided_once(self):
        olga = self.make_partner(phone=self.customer.phone)
        self.settle(olga)
        self.know(self.customer)
        self.know(olga)
        self.recorded()
        self.assertFalse(self.settle(olga, self.customer))
        self.assertFalse(self.recorded())

    # === ONE CUSTOMER WITHOUT AN ACCOUNT === #

    def test_a_repeat_guest_is_the_first_one(self):
        again = self.make_partner(email=self.customer.email, phone=False)
        self.settle(again)
        self.assertEqual(self.profile(again), "contact_of_other")
        order = self.make_cart((self.product, 1), partner=again)
        order.action_confirm()
        body = self.body("order_create")
        self.assertEqual(body["customer"]["ids"], {"websiteID": str(self.customer.id)})
        self.assertEqual(body["order"]["email"], "anna@example.com")

    def order_of_guest(self):
        """Return the customer of an order with the e-mail of an account."""
        self.make_account(self.customer)
        guest = self.make_partner(email=self.customer.email, phone="8 999 555 55 55")
        self.settle(guest)
        order = self.make_cart((self.product, 1), partner=guest)
        order.action_confirm()
        return self.body("order_create")["customer"]

    def test_a_guests_order_is_of_the_account_with_the_email(self):
        self.assertEqual(
            self.order_of_guest(), {"ids": {"websiteID": str(self.customer.id)}}
        )

    def test_a_guests_order_goes_by_contacts_where_that_is_wanted(self):
        self.endpoint.guest_orders_by = "contacts"
        self.assertEqual(self.order_of_guest(), {"email": "anna@example.com"})

    def test_only_the_id_identifies(self):
        for event in ("customer_authorize", "wishlist_clear"):
            self.assertEqual(
                self.profile(self.customer, event),
                {"ids": {"websiteID": str(self.customer.id)}},
            )

    def test_a_repeat_guests_cart_is_the_first_ones(self):
        again = self.make_partner(email=self.customer.email, phone=False)
        self.settle(again)
        older = self.make_cart((self.product, 1), partner=again)
        newer = self.make_cart((self.other_product, 1))
        self.assertEqual(older.mindbox_live_cart_id, newer)
        newer._action_cancel()
        self.assertEqual(newer.mindbox_live_cart_id, older)

    # === FOR ALL AT ONCE === #

    def make_namesakes(self):
        """Make customers with the e-mail or the phone of Anna, and decide of them."""
        values = [
            {"email": self.customer.email},
            {"email": self.customer.email, "account": True},
            {"phone": self.customer.phone},
            {"phone": self.customer.phone, "email": False},
            {"phone": self.customer.phone, "email": False, "account": True},
            {"email": self.customer.email, "is_company": True},
        ]
        namesakes = [self.make_partner(**vals) for vals in values]
        partners = self.customer.union(*namesakes)
        self.settle(*partners)
        return partners

    def test_sql_and_live_events_agree_on_who_is_who(self):
        scope, customer = self.env["mindbox.scope"], SQL.identifier("customer")
        partners = self.make_namesakes()
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %s, %s FROM res_partner customer WHERE id = ANY(%s)",
                scope._get_person(self.endpoint, SQL("customer.id")),
                scope._get_foreign(self.endpoint, customer),
                partners.ids,
            )
        )
        live = [
            (
                partner.id,
                partner._mindbox_person(self.endpoint).id,
                partner._mindbox_get_foreign(self.endpoint),
            )
            for partner in self.endpoint._with_sender(partners)
        ]
        told = [
            (i, person, {KINDS[kind] for kind in kinds}) for i, person, kinds in rows
        ]
        self.assertEqual(sorted(told), sorted(live))
        self.assertGreater(len({person for _id, person, _foreign in live}), 2)

    def test_what_is_told_as_another_customer_is_not_expected(self):
        again = self.make_partner(email=self.customer.email)
        self.settle(again)
        expected = again._mindbox_expected(self.endpoint)
        rows = self.env.execute_query(SQL("SELECT res_id FROM (%s) AS all_", expected))
        self.assertIn((self.customer.id,), rows)
        self.assertNotIn((again.id,), rows)

    # === WHAT CHANGES THE OWNER === #

    def share_with(self, **values):
        """Let somebody whom Mindbox knows have the customer's phone, too."""
        olga = self.make_partner(phone=self.customer.phone, **values)
        self.settle(olga)
        self.know(self.customer)
        self.know(olga)
        self.recorded()
        return olga

    def told(self):
        """Return (event, customer) of what is recorded now."""
        return [(row.event, row.partner_id) for row in self.recorded()]

    def test_the_new_owner_is_told_when_the_old_one_has_given_up(self):
        olga = self.share_with()
        self.make_account(olga)
        self.recorded()
        self.assertEqual(self.settle(olga, self.customer), {f"partner-{olga.id}"})
        rows = self.recorded()
        release = rows.filtered(lambda row: row.event == RELEASE)
        self.assertEqual(release.partner_id, self.customer)
        self.assertEqual(release.customer_key, f"partner-{olga.id}")
        self.assertLess(release.priority, 0)
        told = json.loads(release.payload)["customer"]
        self.assertEqual(
            told,
            {"ids": {"websiteID": str(self.customer.id)}, "mobilePhone": "%CLEAR%"},
        )
        self.assertEqual(self.owner("phone"), olga)

    def test_an_owner_with_another_phone_leaves_it_to_the_next(self):
        olga = self.share_with()
        self.customer.phone = "8 999 000 00 00"
        self.recorded()
        self.settle(self.customer)
        self.assertFalse(self.contacts.search([]))
        self.assertEqual(self.told(), [("customer_edit", olga)])
        self.assertEqual(self.profile(olga)["mobilePhone"], PHONE)

    def test_who_is_archived_leaves_it_to_the_next(self):
        olga = self.share_with()
        self.customer.active = False
        self.assertIn(("customer_edit", self.customer), self.told())
        self.settle(self.customer)
        self.assertEqual(self.owner("phone"), olga)

    def test_who_is_erased_leaves_it_to_the_next(self):
        olga = self.share_with()
        self.customer._mindbox_erase()
        self.assertFalse(self.contacts.search([]))
        self.assertEqual(self.told(), [("customer_edit", olga)])

    def test_who_is_deleted_leaves_it_to_the_next(self):
        olga = self.share_with()
        self.customer.unlink()
        self.assertFalse(self.contacts.search([]))
        self.assertEqual(self.told(), [("customer_edit", olga)])

    # === ONE CHECK === #

    def test_one_check_finds_all_that_is_shared_and_tells_nothing(self):
        self.make_partner(phone=self.customer.phone)
        self.make_partner(email=self.customer.email, is_company=True)
        self.recorded()
        self.endpoint._check_contacts()
        found = self.contacts.search([("claimant_ids", "in", self.customer.ids)])
        self.assertEqual(set(found.mapped("kind")), {"email", "phone"})
        self.assertEqual(found.partner_id, self.customer)
        self.assertEqual(found.mapped("claimant_count"), [2, 2])
        self.assertFalse(self.recorded())

    def test_a_draft_is_checked_as_if_it_were_started(self):
        draft = self.endpoint.copy({"name": "Draft"})
        olga = self.make_partner(phone=self.customer.phone)
        draft._check_contacts()
        phones = self.contacts.search(
            [("endpoint_id", "=", draft.id), ("claimant_ids", "in", olga.ids)]
        )
        self.assertEqual(phones.claimant_ids, olga | self.customer)

    def test_the_start_tells_how_many_contacts_are_shared(self):
        self.make_partner(phone=self.customer.phone)
        self.endpoint.action_pause()
        self.endpoint.contacts_checked_at = False
        notice = self.endpoint.action_start()["params"]["message"]
        self.assertIn(str(self.endpoint.contact_count), notice)

    def test_a_check_forgets_what_is_shared_no_more(self):
        olga = self.share_with()
        olga.phone = False
        self.endpoint._check_contacts()
        self.assertFalse(self.contacts.search([("claimant_ids", "in", olga.ids)]))

    def test_both_customers_read_whose_the_phone_is_and_why(self):
        olga = self.share_with()
        self.assertIn("Anna Ivanova", olga.mindbox_contact_notice)
        self.assertIn("Known for the longest time", olga.mindbox_contact_notice)
        self.assertIn("Olga", self.customer.mindbox_contact_notice)
