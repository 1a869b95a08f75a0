# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What recording costs: at most three statements a transaction."""

from odoo import Command
from odoo.tests import tagged

from ..common import RealCase


@tagged("post_install", "-at_install")
class TestStatements(RealCase):
    def setUp(self):
        super().setUp()
        self.partner = self.make_partner()
        with self.transaction() as env:
            self.product = env["product.product"].create({"name": "Lamp"}).id
            self.website = env["website"].search([], limit=1).id
        self.orders = []
        self.addCleanup(self.remove_orders)

    def remove_orders(self):
        with self.transaction(mindbox_skip=True) as env:
            orders = env["sale.order"].browse(self.orders)
            orders._action_cancel()
            orders.picking_ids.unlink()
            orders.unlink()
            env["product.product"].browse(self.product).unlink()

    def make_order(self, env, **values):
        lines = [Command.create({"product_id": self.product})]
        values |= {"partner_id": self.partner, "order_line": lines}
        order = env["sale.order"].create(values)
        self.orders.append(order.id)
        return order

    def count(self, prepare, work, **context):
        """Return the statements of some work, up to its commit."""
        with self.transaction(mindbox_skip=True) as env:
            record = prepare(env)
        with self.transaction(**context) as env:
            before = env.cr.sql_log_count
            work(record.with_env(env))
            env.cr.flush()
            return env.cr.sql_log_count - before

    def assertAtMostThreeMore(self, prepare, work):
        self.count(prepare, work)  # fills the caches
        without = self.count(prepare, work, mindbox_skip=True)
        self.assertLessEqual(self.count(prepare, work) - without, 3)

    def test_a_changed_customer_costs_at_most_three_statements(self):
        numbers = iter("123")
        self.assertAtMostThreeMore(
            lambda env: env["res.partner"].browse(self.partner),
            lambda partner: partner.write({"phone": f"+3247012345{next(numbers)}"}),
        )

    def test_something_added_to_a_cart_costs_at_most_three_statements(self):
        line = Command.create({"product_id": self.product})
        self.assertAtMostThreeMore(
            lambda env: self.make_order(env, website_id=self.website),
            lambda cart: cart.write({"order_line": [line]}),
        )

    def test_a_confirmed_order_costs_at_most_three_statements(self):
        self.assertAtMostThreeMore(
            self.make_order, lambda order: order.action_confirm()
        )
