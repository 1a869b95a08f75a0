# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The awkward cases: what counts as an order, whose it is, and when it was."""

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import Form, tagged

from ..common import TODAY, RfmCase


@tagged("post_install", "-at_install")
class TestFacts(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.open_books()
        cls.scheme = cls.make_scheme()
        cls.anna = cls.make_customer("Anna")

    def compute(self, **values):
        if values:
            self.scheme.write(values)
        return self.run_scheme(self.scheme)

    def test_orders_are_added_up(self):
        self.make_order(self.anna, 40, 100)
        self.make_order(self.anna, 10, 250.5)
        self.compute()
        self.assertEqual(self.facts(self.anna), (10, 2, 350.5))
        first = TODAY - timedelta(days=40)
        self.assertEqual(self.profile(self.anna).first_order_date, first)

    def test_window_is_for_orders_and_amount_only(self):
        self.make_order(self.anna, 800, 100)
        self.make_order(self.anna, 10, 50)
        bella = self.make_customer("Bella")
        self.make_order(bella, 800, 100)
        self.compute(lookback_months=12)
        self.assertEqual(self.facts(self.anna), (10, 1, 50))
        self.assertEqual(self.facts(bella), (800, 0, 0))

    def test_drafts_and_cancelled_orders_do_not_count(self):
        self.make_order(self.anna, 5, 70, state="draft")
        self.make_order(self.anna, 4, 70, state="sent")
        self.make_order(self.anna, 3, 70, state="cancel")
        self.make_order(self.anna, 20, 10)
        self.compute()
        self.assertEqual(self.facts(self.anna), (20, 1, 10))

    def test_orders_after_the_day_do_not_count(self):
        self.make_order(self.anna, -1, 70)
        self.make_order(self.anna, 20, 10)
        self.compute()
        self.assertEqual(self.facts(self.anna), (20, 1, 10))

    def invoice(self, order):
        for line in order.order_line:
            line.qty_delivered = line.product_uom_qty
        invoice = order._create_invoices()
        invoice.invoice_date = TODAY
        invoice.action_post()
        return invoice

    def credit(self, invoice, **values):
        refund = invoice._reverse_moves([{"invoice_date": TODAY}])
        if values:
            refund.invoice_line_ids.write(values)
        refund.action_post()
        return refund

    def test_credit_note_is_taken_off(self):
        order = self.make_order(self.anna, 10, 100)
        self.credit(self.invoice(order), price_unit=30)
        self.compute()
        self.assertEqual(self.facts(self.anna), (10, 1, 70))

    def test_credit_note_that_is_not_posted_changes_nothing(self):
        order = self.make_order(self.anna, 10, 100)
        self.invoice(order)._reverse_moves([{"invoice_date": TODAY}])
        self.compute()
        self.assertEqual(self.facts(self.anna), (10, 1, 100))

    def test_order_credited_in_full_counts_for_nothing(self):
        self.make_order(self.anna, 50, 20)
        order = self.make_order(self.anna, 10, 100)
        self.credit(self.invoice(order))
        self.compute()
        self.assertEqual(self.facts(self.anna), (50, 1, 20))

    def test_returned_order_counts_for_nothing(self):
        self.make_order(self.anna, 50, 20)
        order = self.make_order(self.anna, 10, 100)
        self.ship(order)
        self.give_back(order)
        self.compute()
        self.assertEqual(self.facts(self.anna), (50, 1, 20))

    def test_only_a_returned_order_leaves_no_customer(self):
        order = self.make_order(self.anna, 10, 100)
        self.ship(order)
        self.give_back(order)
        self.compute(include_prospects=False)
        self.assertFalse(self.profile(self.anna))

    def ship(self, order):
        for picking in order.picking_ids:
            picking.move_ids.quantity = 1
            picking.move_ids.picked = True
            picking.button_validate()

    def give_back(self, order):
        picking = order.picking_ids
        form = Form(
            self.env["stock.return.picking"].with_context(
                active_id=picking.id, active_model="stock.picking"
            )
        )
        wizard = form.save()
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        back.move_ids.quantity = 1
        back.move_ids.picked = True
        back.button_validate()
        (order.picking_ids.move_ids).write({"date": f"{TODAY} 08:00:00"})

    def test_with_and_without_taxes(self):
        order = self.make_order(self.anna, 10, 100)
        tax = self.env["account.tax"].create({"name": "20 %", "amount": 20})
        order.order_line.tax_ids = tax
        self.compute(amount_basis="total")
        self.assertEqual(self.facts(self.anna)[2], 120)
        self.compute(amount_basis="untaxed")
        self.assertEqual(self.facts(self.anna)[2], 100)

    def test_with_and_without_delivery(self):
        courier = self.env["product.product"].create(
            {"name": "Courier", "type": "service", "taxes_id": False}
        )
        order = self.make_order(self.anna, 10, 100)
        self.env["sale.order.line"].create(
            {
                "order_id": order.id,
                "product_id": courier.id,
                "price_unit": 15,
                "is_delivery": True,
                "tax_ids": False,
            }
        )
        self.compute(include_delivery=True)
        self.assertEqual(self.facts(self.anna)[2], 115)
        self.compute(include_delivery=False)
        self.assertEqual(self.facts(self.anna)[2], 100)

    def test_discounts_count(self):
        order = self.make_order(self.anna, 10, 100)
        order.order_line.discount = 25
        self.compute()
        self.assertEqual(self.facts(self.anna)[2], 75)

    def test_currency_by_the_order_s_own_rate(self):
        order = self.make_order(self.anna, 10, 100)
        order.currency_rate = 4  # what stands in the order, whatever rates are today
        self.make_order(self.anna, 9, 10)
        self.compute()
        self.assertEqual(self.facts(self.anna), (9, 2, 35))

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

    def test_day_begins_where_the_company_is(self):
        bella = self.make_customer("Bella")
        yesterday = TODAY - timedelta(days=1)
        self.make_order(self.anna, moment=f"{yesterday} 21:30:00")
        self.make_order(bella, moment=f"{yesterday} 20:30:00")
        self.compute(tz="Europe/Moscow")
        self.assertEqual(self.facts(self.anna)[0], 0)
        self.assertEqual(self.facts(bella)[0], 1)
        self.compute(tz="UTC")
        self.assertEqual(self.facts(self.anna)[0], 1)

    def test_tomorrow_there_is_not_today(self):
        self.make_order(self.anna, moment=f"{TODAY} 21:30:00")
        self.compute(tz="Europe/Moscow", include_prospects=False)
        self.assertFalse(self.profile(self.anna))

    def test_no_orders_means_no_scores(self):
        self.compute(include_prospects=True)
        profile = self.profile(self.anna)
        self.assertEqual(profile.segment_id.code, "no_purchases")
        self.env.cr.execute(
            "SELECT r_score, order_count, amount FROM rfm_profile WHERE id = %s",
            [profile.id],
        )
        self.assertEqual(self.env.cr.fetchone(), (None, None, None))
        self.assertFalse(self.anna.rfm_score)

    def test_suppliers_without_orders_are_no_customers(self):
        self.anna.supplier_rank = 1
        self.compute(include_prospects=True)
        self.assertFalse(self.profile(self.anna))

    def test_free_orders_count_or_not(self):
        self.make_order(self.anna, 5, 0)
        self.compute(count_zero_orders=True, method="quantile")
        self.assertEqual(self.facts(self.anna), (5, 1, 0))
        self.assertEqual(self.profile(self.anna).m_score, 1)
        self.compute(count_zero_orders=False, include_prospects=False)
        self.assertFalse(self.profile(self.anna))

    def test_odd_amounts_fall_into_no_gap(self):
        bella = self.make_customer("Bella")
        self.make_order(self.anna, 1, 499.5)
        self.make_order(bella, 1, 999.99)
        self.compute(m_cuts="499, 999, 1999, 4999")
        self.assertEqual(self.profile(self.anna).m_score, 2)
        self.assertEqual(self.profile(bella).m_score, 3)
        segments = self.profile(self.anna).segment_id | self.profile(bella).segment_id
        self.assertEqual(segments.mapped("code"), ["promising"])

    def test_order_of_yesterday_never_leads_to_lost(self):
        self.make_order(self.anna, 1, 499.5)
        for preset in ("cells", "rf", "article", "shop"):
            scheme = self.make_scheme(preset, active=False)
            self.env["rfm.scheme"].search([("state", "=", "active")]).state = "draft"
            scheme.state = "active"
            self.run_scheme(scheme)
            code = self.profile(self.anna, scheme).segment_id.code
            self.assertNotIn(code, ("lost", "sleeping", "hibernating"), preset)

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

    def test_thresholds_hold_at_their_edges(self):
        days_scores = {29: 5, 30: 4, 90: 3, 180: 2, 365: 1, 364: 2}
        count_scores = {1: 1, 2: 2, 3: 3, 4: 4, 5: 4, 6: 5}
        old = {days: self.make_customer(f"D{days}") for days in days_scores}
        many = {count: self.make_customer(f"F{count}") for count in count_scores}
        for days, partner in old.items():
            self.make_order(partner, days)
        for count, partner in many.items():
            for _number in range(count):
                self.make_order(partner, 10)
        self.compute()
        for days, score in days_scores.items():
            self.assertEqual(self.profile(old[days]).r_score, score, days)
        for count, score in count_scores.items():
            self.assertEqual(self.profile(many[count]).f_score, score, count)

    def test_orders_are_never_written_to(self):
        order = self.make_order(self.anna, 10, 100)
        self.env.flush_all()
        before = self.versions(order)
        self.compute()
        self.assertEqual(self.versions(order), before)

    def versions(self, order):
        self.env.cr.execute(
            "SELECT o.ctid, o.write_date, p.ctid, p.write_date FROM sale_order o "
            "JOIN res_partner p ON p.id = o.partner_id WHERE o.id = %s",
            order.ids,
        )
        return self.env.cr.fetchall()

    def test_today_is_a_date(self):
        self.assertIsInstance(self.scheme._get_today(), type(fields.Date.today()))
