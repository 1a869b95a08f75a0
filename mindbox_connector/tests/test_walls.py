# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What one company has, no manager of another one sees, moves or forges."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestWalls(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["mindbox.endpoint"].search([]).state = "draft"
        cls.ours, cls.theirs = cls.env["res.company"].create(
            [{"name": "Ours"}, {"name": "Theirs"}]
        )
        groups = "mindbox_connector.group_mindbox_manager,sales_team.group_sale_manager"
        cls.manager = new_test_user(
            cls.env,
            "mbx_walls",
            groups,
            company_id=cls.ours.id,
            company_ids=[Command.set(cls.ours.ids)],
        )
        cls.endpoint, cls.other = (
            cls.env["mindbox.endpoint"].create(
                {"name": company.name, "company_id": company.id}
            )
            for company in (cls.ours, cls.theirs)
        )

    def mine(self, record):
        return record.with_user(self.manager).with_company(self.ours)

    def test_no_integration_point_goes_to_a_company_closed_to_the_writer(self):
        with self.assertRaises(AccessError):
            self.mine(self.endpoint).company_id = self.theirs
            self.endpoint.flush_recordset()

    def test_no_operation_or_status_goes_to_a_point_of_a_closed_company(self):
        self.other.operation_ids.unlink()
        self.other.status_ids.unlink()
        for records in (self.endpoint.operation_ids, self.endpoint.status_ids):
            with self.assertRaises(AccessError):
                self.mine(records[0]).write({"endpoint_id": self.other.id})

    def test_a_running_integration_point_stays_with_its_company(self):
        self.manager.company_ids += self.theirs
        self.endpoint.write({"endpoint_code": "Shop.Site", "secret_key": "key"})
        self.endpoint.action_start()
        mine = self.mine(self.endpoint).with_context(
            allowed_company_ids=(self.ours + self.theirs).ids
        )
        with self.assertRaises(UserError):
            mine.company_id = self.theirs
        mine.action_pause()
        mine.company_id = self.theirs
        self.assertEqual(self.endpoint.company_id, self.theirs)

    def test_a_value_that_stays_is_no_move(self):
        self.endpoint.write({"endpoint_code": "Shop.Site", "secret_key": "key"})
        self.endpoint.action_start()
        self.mine(self.endpoint).write({"company_id": self.ours.id, "name": "New"})
        self.assertEqual(self.endpoint.name, "New")

    def test_nobody_ticks_off_or_reads_another_companys_erased_customers(self):
        erasure = self.env["mindbox.erasure"].create(
            {"endpoint_id": self.other.id, "customer_id_value": "7"}
        )
        self.assertFalse(self.mine(erasure).search([("id", "=", erasure.id)]))
        with self.assertRaises(AccessError):
            self.mine(erasure).action_done()

    def test_nobody_reads_or_records_consents_of_another_companys_customers(self):
        customer = self.env["res.partner"].create(
            {"name": "Anna", "company_id": self.theirs.id}
        )
        values = {"partner_id": customer.id, "is_subscribed": True}
        consent = self.env["mindbox.consent"].create(values)
        self.assertFalse(self.mine(consent).search([("id", "=", consent.id)]))
        with self.assertRaises(AccessError):
            self.mine(consent).create(values)

    def test_a_filter_finds_out_nothing_that_its_maker_may_not_read(self):
        name = "signup_type"
        field = self.env["res.partner"]._fields[name]
        self.assertTrue(field.groups, "a field that not everybody may read")
        for value in ("signup", "reset"):
            with self.assertRaisesRegex(ValidationError, "may not read"):
                self.mine(self.endpoint).write(
                    {"customer_domain": f"[('{name}', '=', '{value}')]"}
                )

    def test_states_are_changed_by_buttons_only(self):
        """Not by RPC, not at the creation, and not by a default of the context."""
        self.endpoint.write({"endpoint_code": "Shop.Site", "secret_key": "key"})
        mine = self.mine(self.endpoint)
        with self.assertRaises(AccessError):
            mine.write({"state": "running"})
        mine.action_start()
        self.assertEqual(self.endpoint.state, "running")
        mine.action_pause()
        self.assertEqual(self.endpoint.state, "paused")
        imports = self.mine(self.env["mindbox.import"])
        values = {"endpoint_id": self.endpoint.id}
        with self.assertRaises(AccessError):
            imports.create(values | {"state": "done"})
        run = imports.with_context(default_state="done").create(values)
        self.assertEqual(run.state, "draft")

    def test_an_administrator_makes_users_with_the_contacts_that_they_have(
        self,
    ):
        admin = new_test_user(self.env, "mbx_admin", "base.group_system")
        users = self.env["res.users"].with_user(admin)
        user = users.create({"name": "New", "login": "mbx_new"})
        self.assertEqual(user.partner_id.mindbox_company_id, admin.company_id)
        partners = self.mine(self.env["res.partner"])
        values = {"name": "Forged", "mindbox_company_id": self.theirs.id}
        with self.assertRaises(AccessError):
            partners.create(values)

    def test_tokens_are_changed_by_buttons_only(self):
        website = self.env["website"].create(
            {"name": "Ours", "company_id": self.ours.id}
        )
        feed = self.mine(self.env["mindbox.feed"]).create(
            {"endpoint_id": self.endpoint.id, "website_id": website.id}
        )
        token = feed.token
        self.assertTrue(token)
        with self.assertRaises(AccessError):
            feed.write({"token": "guessable"})
        feed.action_rotate_token()
        self.assertNotIn(feed.token, (token, "guessable"))

    def test_nobody_revives_the_erased_without_the_button(self):
        customer = self.env["res.partner"].create(
            {"name": "Anna", "mindbox_erased_at": "2026-01-01"}
        )
        seller = new_test_user(
            self.env, "mbx_seller", "sales_team.group_sale_salesman,base.group_user"
        )
        with self.assertRaises(AccessError):
            customer.with_user(seller).write({"mindbox_erased_at": False})
        self.mine(customer).action_mindbox_restore()
        self.assertFalse(customer.mindbox_erased_at)

    def test_dialogs_are_seen_by_their_users_only(self):
        self.endpoint.write({"endpoint_code": "Shop.Site", "secret_key": "key"})
        replays = self.mine(self.env["mindbox.replay"])
        replay = replays.create({"endpoint_id": self.endpoint.id})
        other = new_test_user(
            self.env, "mbx_other", "mindbox_connector.group_mindbox_manager"
        )
        self.assertTrue(replays.search([("id", "=", replay.id)]))
        self.assertFalse(
            self.env["mindbox.replay"].with_user(other).search([("id", "=", replay.id)])
        )

    def test_what_proves_a_consent_is_not_stated_by_the_caller(self):
        customer = self.env["res.partner"].create({"name": "Anna"})
        values = {"partner_id": customer.id, "is_subscribed": True}
        consents = self.mine(self.env["mindbox.consent"])
        for proof in (
            {"source": "portal"},
            {"decided_at": "2001-01-01"},
            {"user_id": self.env.ref("base.user_admin").id},
            {"wording": "I agree to everything"},
            {"document": "Policy of nobody"},
            {"ip_address": "203.0.113.7"},
        ):
            with self.assertRaises(AccessError):
                consents.create(values | proof)
            stated = {f"default_{name}": value for name, value in proof.items()}
            made = consents.with_context(**stated).create(values)
            self.assertEqual(made.source, "backoffice")
            self.assertEqual(made.user_id, self.manager)
            self.assertFalse(made.wording)
