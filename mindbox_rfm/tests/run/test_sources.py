# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A preview takes the last run's facts only while nothing behind them was written."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ...models.run import known_facts
from ...models.run.known_facts import KnownFacts, get_facts_key
from ...models.run.preview import Preview
from ...models.run.rfm_sources import SOURCES
from ..common import TODAY, RfmCase


@tagged("post_install", "-at_install")
class TestSources(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.open_books()
        cls.scheme = cls.make_custom([("big", "amount >= 100"), ("rest", "")])
        cls.anna = cls.make_customer("Anna")
        cls.order = cls.make_order(cls.anna, 100, 200)

    def setUp(self):
        super().setUp()
        # Any shop is a large one, and all that is there was written long ago.
        self.enterContext(patch.object(known_facts, "FRESH_ORDERS", -2))
        self.run_log = self.run_scheme(self.scheme)
        self.write_long_ago()

    def write_long_ago(self):
        self.env.flush_all()
        moment = self.env.cr.now()
        for table in SOURCES:
            name = SQL.identifier(table)
            old = moment - timedelta(days=1)
            self.env.cr.execute(SQL("UPDATE %s SET write_date = %s", name, old))
        self.env.invalidate_all()
        self.run_log.started_at = moment - timedelta(hours=1)

    def preview(self, today=TODAY):
        """Return {(segment now, segment then): customers}, and whether counted anew."""
        preview = Preview(self.scheme, today)
        sizes = {}
        for old, rule, customers, _amount, _gone, _buyers in preview.rows:
            key = (old.code, (rule.segment_id or old).code)
            sizes[key] = sizes.get(key, 0) + customers
        return sizes, not preview.known

    def test_nothing_was_written(self):
        self.assertEqual(self.preview(), ({("big", "big"): 1}, False))

    def test_an_old_order_is_edited(self):
        self.order.order_line.price_unit = 50
        self.assertEqual(self.preview(), ({("big", "rest"): 1}, True))

    def test_an_old_order_is_cancelled(self):
        self.order._action_cancel()
        self.assertEqual(self.preview(), ({("big", "rest"): 1}, True))

    def test_an_old_order_is_credited(self):
        self.credit(TODAY)
        self.assertEqual(self.preview(), ({("big", "rest"): 1}, True))

    def test_a_credit_note_comes_of_age(self):
        tomorrow = TODAY + timedelta(days=1)
        self.credit(tomorrow)
        self.write_long_ago()
        self.assertEqual(self.preview(), ({("big", "big"): 1}, False))
        self.assertEqual(self.preview(tomorrow), ({("big", "rest"): 1}, True))

    def credit(self, day):
        order_line = self.order.order_line
        refund = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.anna.id,
                "invoice_date": day,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "price_unit": 150,
                            "tax_ids": False,
                            "sale_line_ids": [Command.set(order_line.ids)],
                        }
                    )
                ],
            }
        )
        refund.action_post()

    def test_a_contact_is_archived(self):
        self.anna.active = False
        sizes, anew = self.preview()
        self.assertTrue(anew)
        self.assertEqual(sum(sizes.values()), 1)

    def test_orders_leave_the_window_with_the_days(self):
        tomorrow = TODAY + timedelta(days=1)
        self.assertTrue(KnownFacts(self.scheme, tomorrow).are_good())
        self.scheme.lookback_months = 12
        self.run_log.facts = self.run_log.facts | get_facts_key(self.scheme)
        self.assertTrue(KnownFacts(self.scheme, TODAY).are_good())
        self.assertFalse(KnownFacts(self.scheme, tomorrow).are_good())
