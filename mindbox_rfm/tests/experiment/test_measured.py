# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the customers of an experiment bought, and gave back."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ...models.run.sources import Source
from .common import TODAY, ExperimentCase


@tagged("post_install", "-at_install")
class TestMeasured(ExperimentCase):
    buyers, others = 3, 1

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna, cls.bella, _carla, cls.idle = cls.customers

    def bought(self, partner):
        member = self.member(partner)
        return member.order_count, member.amount

    def before(self, partner):
        member = self.member(partner)
        return member.before_order_count, member.before_amount

    def credit(self, order, day, amount=None):
        """Give money back so many days after the start."""
        invoice = order.invoice_ids or order._create_invoices()
        if invoice.state == "draft":
            invoice.invoice_date = TODAY
            invoice.action_post()
        date = TODAY + timedelta(days=day)
        refund = invoice._reverse_moves([{"invoice_date": date}])
        if amount:
            refund.invoice_line_ids.price_unit = amount
        refund.action_post()

    def test_orders_count_from_the_day_after_the_start_to_the_last_day(self):
        self.start()
        for day in (0, 1, 30, 31):
            self.buy(self.anna, day)
        self.measure(40)
        self.assertEqual(self.bought(self.anna), (2, 200))
        self.assertEqual(self.bought(self.bella), (0, 0))

    def test_the_time_before_leaves_out_the_day_of_the_start(self):
        for day in (0, -1, -30, -31):
            self.buy(self.idle, day, 7)
        self.start()
        self.assertEqual(self.before(self.idle), (2, 14))
        self.assertEqual(self.before(self.anna), (1, 10))

    def test_a_day_ends_where_the_company_is(self):
        self.start()
        self.make_order(self.anna, moment=f"{TODAY} 21:30:00")
        self.make_order(self.bella, moment=f"{TODAY} 20:30:00")
        self.measure(2)
        self.assertEqual(self.bought(self.anna), (1, 100))
        self.assertEqual(self.bought(self.bella), (0, 0))

    def test_a_credit_note_counts_on_its_day(self):
        self.start()
        order = self.buy(self.anna, 2)
        self.credit(order, 5, 30)
        self.measure(4)
        self.assertEqual(self.bought(self.anna), (1, 100))
        self.measure(5)
        self.assertEqual(self.bought(self.anna), (1, 70))

    def test_one_after_the_last_day_does_not_count(self):
        self.start()
        order = self.buy(self.anna, 2)
        self.credit(order, 31, 30)
        self.measure(35)
        self.assertEqual(self.bought(self.anna), (1, 100))

    def test_what_was_bought_before_and_comes_back_is_taken_off(self):
        order = self.make_order(self.idle, 3, 100)
        self.start()
        self.credit(order, 4, 40)
        self.measure(3)
        self.assertEqual(self.bought(self.idle), (0, 0))
        self.measure(5)
        self.assertEqual(self.bought(self.idle), (0, -40))
        self.assertEqual(self.before(self.idle), (1, 100))

    def test_an_order_that_comes_back_as_a_whole_is_none(self):
        self.start()
        self.credit(self.buy(self.anna, 2), 5)
        self.measure(6)
        self.assertEqual(self.bought(self.anna), (0, 0))

    def test_what_had_come_back_before_is_not_taken_off_again(self):
        order = self.make_order(self.idle, 8, 100)
        self.credit(order, -6, 25)
        self.start()
        self.measure(5)
        self.assertEqual(self.bought(self.idle), (0, 0))
        self.assertEqual(self.before(self.idle), (1, 75))

    def test_the_orders_of_contacts_are_those_of_their_company(self):
        self.start()
        child = self.make_customer("Child", parent_id=self.anna.id)
        self.buy(child, 3, 11)
        self.buy(self.anna, 4, 22)
        self.measure(5)
        self.assertEqual(self.bought(self.anna), (2, 33))

    def test_another_currency_is_that_of_the_company(self):
        self.start()
        order = self.buy(self.anna, 3, 110)
        order.flush_recordset()
        self.env.cr.execute(
            "UPDATE sale_order SET currency_rate = 1.1 WHERE id = %s", order.ids
        )
        self.measure(5)
        self.assertEqual(self.bought(self.anna), (1, 100))

    def test_purchases_of_another_source(self):
        """Of a till, which knows itself what was given back."""
        days = [TODAY + timedelta(days=day) for day in (-5, 3, 4, 31)]
        rows = SQL(", ").join(
            SQL("(%s, %s::timestamp, 20.0, NULL::int)", self.anna.id, f"{day} 08:00:00")
            for day in days
        )
        names = SQL("t(partner_id, moment, amount, order_id)")
        bought = SQL("SELECT * FROM (VALUES %s) AS %s", rows, names)
        source = Source(bought, lambda since: SQL("SELECT NULL::int"))
        scheme = type(self.scheme)
        self.enterContext(patch.object(scheme, "_get_sources", lambda scheme: [source]))
        self.start()
        self.buy(self.anna, 2, 30)
        self.measure(35)
        self.assertEqual(self.bought(self.anna), (3, 70))
        self.assertEqual(self.before(self.anna), (2, 30))

    def test_a_cancelled_order_is_none(self):
        self.start()
        self.buy(self.anna, 3, state="cancel")
        self.measure(5)
        self.assertEqual(self.bought(self.anna), (0, 0))

    def buy(self, partner, day, amount=100, **values):
        return self.make_order(partner, -day, amount, **values)

    def test_the_cron_measures_once_a_day_and_ends_it(self):
        experiment = self.make_experiment(seed=3, days=2)
        today = self.scheme._get_today()
        experiment._start(today - timedelta(days=1))
        jobs = self.env["queue.job"]
        mine = [("identity_key", "=", f"rfm.experiment.{experiment.id}")]
        self.scheme._cron_compute()
        self.assertEqual(jobs.search_count(mine), 1)
        experiment._job_measure()
        self.assertEqual(experiment.measured_until, today)
        self.assertFalse(experiment._is_due(today))
        self.assertTrue(experiment._is_due(today + timedelta(days=1)))
        experiment._measure(today + timedelta(days=1))
        self.assertEqual(experiment.state, "running")
        experiment._measure(today + timedelta(days=2))
        self.assertEqual(experiment.state, "done")

    def test_what_can_be_seen_is_looked_up_for_the_segments_of_that_time(self):
        """Nobody who slept until now has bought lately; who slept then may have."""
        scheme = self.make_custom(
            [("sleeping", "recency >= 20"), ("rest", "")],
            active=False,
            include_prospects=False,
        )
        scheme.action_activate()
        self.make_order(self.anna, 100, 50)
        self.make_order(self.bella, 100, 50)
        self.run_scheme(scheme)
        sleeping = scheme.segment_ids[0]
        experiment = self.make_experiment(
            scheme_id=scheme.id,
            seed=5,
            share=10,
            segment_ids=[Command.set(sleeping.ids)],
        )
        spread = experiment._get_spread(TODAY, 30)
        count, mean, variance = spread[sleeping.id]
        self.assertEqual((count, mean), (2, 1))
        self.assertEqual(variance, 0)
