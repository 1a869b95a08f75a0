# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A job builds the bodies of a batch: what each of them asks alone makes it slow."""

from odoo import fields
from odoo.tests import tagged

from ..sources import SourceCase

FEW, MANY = 5, 25


@tagged("post_install", "-at_install")
class TestBatches(SourceCase):
    def assertReadTogether(self, event, records):
        """Building many bodies takes as many statements as building a few."""
        self.count(event, records[:FEW])  # fills the caches of the registry
        few = self.count(event, records[:FEW])
        self.assertLessEqual(self.count(event, records[:MANY]), few)

    def count(self, event, records):
        rows = [
            {
                "res_model": record._name,
                "res_id": record.id,
                "event": event,
                "occurred_at": fields.Datetime.now(),
                "cleared": None,
            }
            for record in records
        ]
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        sources = self.endpoint._get_sources(rows)
        for row in rows:
            self.endpoint._build(row, sources)
            self.assertEqual(row["state"], "pending", row["reason_code"])
        return self.env.cr.sql_log_count - before

    def make_customers(self):
        return self.env["res.partner"].create(
            [{"name": f"C {n}", "email": f"c{n}@example.com"} for n in range(MANY)]
        )

    def make_orders(self, **values):
        # A consent, cards and an account would differ: the customer is the same.
        orders = [self.make_order((self.product, 2), **values) for _ in range(MANY)]
        return self.env["sale.order"].union(*orders)

    def test_customers_of_a_batch_are_read_together(self):
        self.assertReadTogether("customer_edit", self.make_customers())

    def test_orders_of_a_batch_are_read_together(self):
        orders = self.make_orders()
        orders.action_confirm()
        self.assertReadTogether("order_create", orders)
        self.assertReadTogether("order_update", orders)

    def test_carts_of_a_batch_are_read_together(self):
        carts = self.make_orders(website_id=self.website.id)
        self.assertReadTogether("cart_set", carts)

    def test_cards_of_a_batch_are_read_together(self):
        program = self.env["loyalty.program"].create(
            {"name": "Bonus", "program_type": "loyalty"}
        )
        cards = self.env["loyalty.card"].create(
            [
                {"program_id": program.id, "partner_id": partner.id, "points": 5}
                for partner in self.make_customers()
            ]
        )
        self.assertReadTogether("card_issue", cards)
