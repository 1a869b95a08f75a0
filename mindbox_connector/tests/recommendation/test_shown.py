# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever a source says, only what may be bought now is shown: in random shops."""

import random
from unittest.mock import patch

from odoo import Command
from odoo.fields import Domain
from odoo.tests import TransactionCase, tagged

STATES = 150
COUNT = 12


@tagged("post_install", "-at_install")
class TestShown(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].search([], limit=1)
        cls.env = cls.env(context={**cls.env.context, "website_id": cls.website.id})
        cls.companies = cls.website.company_id | cls.env["res.company"].create(
            {"name": "Another"}
        )
        cls.products = cls.env["product.product"].create(
            [
                {"name": f"Product {n}", "is_published": True, "is_storable": n % 2}
                for n in range(COUNT)
            ]
        )
        cls.stock = cls.env["stock.location"].search(
            [
                ("company_id", "=", cls.website.company_id.id),
                ("usage", "=", "internal"),
            ],
            limit=1,
        )

    def test_nothing_is_shown_that_cannot_be_bought_or_is_in_the_cart(self):
        dice = random.Random(19)
        for state in range(STATES):
            cart = self.change(dice)
            template = dice.choice([*self.products.product_tmpl_id, self.none()])
            limit = dice.randint(1, 8)
            shown = self.find(dice, cart, template, limit)
            with self.subTest(state=state):
                self.assertLessEqual(len(shown), limit)
                for product in shown:
                    self.check(product, cart, template)

    def none(self):
        return self.env["product.template"]

    def change(self, dice):
        """Change some products at random; return a cart."""
        for product in dice.sample(self.products, 3):
            product.write(
                {
                    "is_published": dice.random() < 0.8,
                    "sale_ok": dice.random() < 0.9,
                    "active": dice.random() < 0.9,
                    "allow_out_of_stock_order": dice.random() < 0.3,
                }
            )
            if not product.is_storable:
                product.company_id = dice.choice([False, *self.companies.ids])
            else:
                self.env["stock.quant"]._update_available_quantity(
                    product, self.stock, dice.choice([-1, 1, 5])
                )
        inside = dice.sample(self.products, dice.randint(0, 2))
        lines = [Command.create({"product_id": product.id}) for product in inside]
        return self.env["sale.order"].new({"order_line": lines})

    def find(self, dice, cart, template, limit):
        """Let each source say anything, of anything, more than once."""
        recommendation = self.env["mindbox.recommendation"]
        model = self.registry["mindbox.recommendation"]
        ids = [*self.products.ids, self.products.ids[0], 2**31 - 1]

        def say(*args):
            return dice.sample(ids, dice.randint(0, len(ids)))

        company = self.website.company_id.id
        domain = Domain("company_id", "in", [False, company])
        with patch.object(model, "_get_cart", lambda recommendation: cart):
            with patch.multiple(
                model,
                **{f"_rank_{name}": say for name in recommendation._get_sources()},
            ):
                return recommendation._find(self.website, template, limit, domain)

    def check(self, product, cart, template):
        self.assertTrue(product.is_published and product.sale_ok and product.active)
        self.assertIn(product.company_id.id, (False, self.website.company_id.id))
        self.assertFalse(product._is_sold_out())
        self.assertNotEqual(product.product_tmpl_id, template)
        self.assertNotIn(product, cart.order_line.product_id)
