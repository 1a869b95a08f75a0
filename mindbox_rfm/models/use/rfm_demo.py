# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Demo data: a shop with three years of orders, whose customers show all segments."""

import random
from datetime import timedelta

from odoo import Command, api, fields, models

CUSTOMERS = 180
RUNS = 12
QUIET = {
    "mindbox_skip": True,
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
}
FIRST_NAMES = (
    "Anna Maria Olga Elena Irina Vera Nina Sofia Daria Polina Ivan Pavel Sergey Anton "
    "Maxim Oleg Roman Denis Kirill Timur"
).split()
LAST_NAMES = (
    "Bell Carter Dubois Evans Fischer Garcia Hansen Ito Jensen Keller Lopez Moreau "
    "Novak Olsen Petrov Quinn Rossi Silva Tanaka Weber"
).split()
# (share of the customers, orders, days between orders, days since the last, price)
HABITS = (
    (0.16, (6, 12), (20, 45), (1, 25), (60, 220)),  # the best
    (0.14, (4, 8), (30, 70), (10, 60), (40, 140)),  # regular
    (0.16, (2, 3), (25, 90), (5, 70), (20, 90)),  # on their way
    (0.14, (1, 1), (1, 1), (1, 40), (15, 120)),  # new
    (0.12, (4, 9), (25, 60), (150, 400), (60, 220)),  # good once, silent now
    (0.10, (1, 2), (30, 90), (90, 240), (150, 420)),  # few but dear
    (0.18, (1, 2), (30, 120), (200, 800), (10, 50)),  # few, small, long ago
)


class RfmScheme(models.Model):
    _name = "rfm.scheme"
    _inherit = ["rfm.scheme"]

    @api.model
    def _load_demo(self):
        """Create customers and orders, a scheme, and its runs of the last weeks."""
        dice = random.Random(2026)
        _create_orders(self.env, _create_customers(self.env, dice), dice)
        scheme = self._create_from_preset(
            "cells", customer_domain="[('email', '!=', False)]", include_prospects=True
        )
        scheme.state = "active"
        today = scheme._get_today()
        for week in reversed(range(RUNS)):
            scheme._compute(today=today - timedelta(weeks=week))
        # Twelve weeks in a minute are no news.
        scheme.activity_unlink(["mindbox_rfm.activity_type_jump"])


def _create_customers(env, dice):
    values = []
    for number in range(CUSTOMERS):
        first, last = dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES)
        email = f"{first}.{last}.{number}@example.com".lower()
        values.append({"name": f"{first} {last}", "email": email})
    customers = env["res.partner"].with_context(**QUIET).create(values)
    consultant = env.ref("mindbox_rfm.partner_category_consultant")
    customers[::15].category_id = [Command.link(consultant.id)]
    return customers


def _create_orders(env, customers, dice):
    product = env["product.product"].create(
        {"name": "Beauty set", "type": "service", "list_price": 50}
    )
    habits = dice.choices(HABITS, [habit[0] for habit in HABITS], k=len(customers))
    values = [
        _prepare_order(customer, product, days, price)
        for customer, habit in zip(customers, habits, strict=True)
        for days, price in _draw_orders(habit, dice)
    ]
    env["sale.order"].with_context(**QUIET).create(values)


def _prepare_order(customer, product, days, price):
    return {
        "partner_id": customer.id,
        "state": "sale",
        "date_order": fields.Datetime.now() - timedelta(days=days, hours=2),
        "order_line": [
            Command.create(
                {
                    "product_id": product.id,
                    "price_unit": price,
                    "tax_ids": [Command.clear()],
                }
            )
        ],
    }


def _draw_orders(habit, dice):
    """Yield (days ago, price) of the orders of one customer."""
    _share, count, gap, last, price = habit
    days = dice.randint(*last)
    for _number in range(dice.randint(*count)):
        yield days, dice.randint(*price)
        days += dice.randint(*gap)
