# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whose orders are counted together, and who is no customer."""

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ...models.run.customers import customers_sql
from ...models.run.plans import SORTED, WHOLE_TABLES, planned
from .common import FactsCase


@tagged("post_install", "-at_install")
class TestCustomers(FactsCase):
    def test_contacts_are_put_together_or_not(self):
        child = self.make_customer("Child", parent_id=self.anna.id)
        self.make_order(child, 10, 100)
        self.make_order(self.anna, 30, 50)
        self.compute(partner_level="commercial")
        self.assertEqual(self.facts(self.anna), (10, 2, 150))
        self.assertFalse(self.profile(child))
        self.compute(partner_level="contact")
        self.assertEqual(self.facts(self.anna), (30, 1, 50))
        self.assertEqual(self.facts(child), (10, 1, 100))

    def test_employees_and_visitors_are_no_customers(self):
        user = self.env["res.users"].create({"name": "Clerk", "login": "rfm-clerk"})
        public = self.env.ref("base.public_partner")
        (user.partner_id | public).ref = "rfm-x"
        public.active = True
        self.make_order(user.partner_id)
        self.make_order(public)
        self.compute()
        self.assertFalse(self.profile(user.partner_id))
        self.assertFalse(self.profile(public))

    def test_archived_customers_leave(self):
        self.make_order(self.anna, 10)
        self.compute()
        self.anna.active = False
        run = self.compute()
        self.assertFalse(self.profile(self.anna))
        move = self.env["rfm.transition"].search([("run_id", "=", run.id)])
        self.assertEqual((move.partner_id, move.reason), (self.anna, "left"))
        self.assertFalse(move.to_segment_id)

    def test_merged_customers_keep_one_profile(self):
        bella = self.make_customer("Bella")
        self.make_order(self.anna, 10, 100)
        self.make_order(bella, 20, 50)
        self.compute()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.anna | bella).ids, self.anna)
        self.compute()
        self.assertEqual(self.facts(self.anna), (10, 2, 150))
        self.assertFalse(self.profile(bella))
        moves = self.env["rfm.transition"].search([("scheme_id", "=", self.scheme.id)])
        self.assertEqual(moves.partner_id, self.anna)

    def test_merged_into_somebody_without_a_profile(self):
        self.make_order(self.anna, 10, 100)
        self.compute()
        bella = self.make_customer("Bella")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.anna | bella).ids, bella)
        self.assertEqual(self.facts(bella), (10, 1, 100))

    def test_suppliers_without_orders_are_no_customers(self):
        self.anna.supplier_rank = 1
        self.compute(include_prospects=True)
        self.assertFalse(self.profile(self.anna))

    def test_companies_see_their_own(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.make_order(self.anna, 10, 100)
        self.compute()
        scheme = self.make_scheme(active=False, company_id=other.id)
        scheme.state = "active"
        self.run_scheme(scheme)
        here = self.anna.with_company(self.company)
        there = self.anna.with_company(other)
        self.assertEqual(here.rfm_order_count, 1)
        self.assertEqual(there.rfm_order_count, 0)
        self.assertEqual(there.rfm_segment_id.scheme_id, scheme)
        user = self.env["res.users"].create(
            {
                "name": "Marketer",
                "login": "rfm-marketer",
                "company_id": other.id,
                "company_ids": [Command.set(other.ids)],
                "group_ids": [
                    Command.link(
                        self.env.ref("mindbox_connector.group_mindbox_user").id
                    )
                ],
            }
        )
        profiles = self.env["rfm.profile"].with_user(user)
        seen = profiles.with_context(allowed_company_ids=other.ids).search([])
        self.assertEqual(seen.scheme_id, scheme)

    def test_nothing_is_looked_up_customer_by_customer(self):
        """Ten thousand addresses, each with a climb to its contact, took minutes."""
        self.env.flush_all()
        with planned(self.env.cr, WHOLE_TABLES), planned(self.env.cr, SORTED):
            query = SQL(
                "EXPLAIN SELECT * FROM %s AS customer", customers_sql(self.scheme)
            )
            plan = "\n".join(line for (line,) in self.env.execute_query(query))
        self.assertIn("(hashed SubPlan ", plan)
        self.assertNotIn("(SubPlan ", plan)
