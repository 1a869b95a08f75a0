# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The awkward cases: what counts as an order, how much it is, and when it was."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..common import TODAY
from .common import FactsCase


@tagged("post_install", "-at_install")
class TestFacts(FactsCase):
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
