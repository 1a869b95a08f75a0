# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is read in SQL is what live events build, record by record."""

import random

from odoo import Command
from odoo.tests.common import tagged

from ...models.history.mindbox_import_customers import get_profile
from .common import ImportCase


@tagged("post_install", "-at_install")
class TestSameAsLive(ImportCase):
    def make_any_orders(self, number):
        """Confirm orders whose sums have been rounded in every way."""
        chance = random.Random(number)
        goods = self.env["product.product"].create(
            [{"name": f"Goods {n}", "type": "consu"} for n in range(3)]
        )
        tax_ids = self.make_taxes().ids
        values = [
            {
                "partner_id": self.make_customers("Buyer").id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": chance.choice(goods).id,
                            "product_uom_qty": chance.choice([1, 2, 3, 0.333, 12]),
                            "price_unit": round(chance.uniform(0, 999), 2),
                            "discount": chance.choice([0] * 8 + [5, 33.33, 100]),
                            "tax_ids": chance.sample(tax_ids, chance.randrange(3)),
                        }
                    )
                    for _line in range(chance.randint(1, 4))
                ],
            }
            for _order in range(number)
        ]
        self.env["sale.order"].create(values).action_confirm()

    def make_taxes(self):
        return self.env["account.tax"].create(
            [
                {"name": way, "amount": amount, "price_include_override": way}
                for way, amount in (("tax_included", 7), ("tax_excluded", 20))
            ]
        )

    def test_every_order_has_the_cents_of_its_live_event(self):
        self.make_any_orders(30)
        reader, run = self.get_reader("orders")
        ids = reader._find_ids(run, 0, reader._count(run)[1], 500)
        rows, lines = reader._get_orders(run, ids), reader._get_lines(run, ids)
        others = reader._get_others(run, rows, lines)
        self.assertTrue(others)
        self.assertGreater(len(rows), 2 * len(others), "most are read in SQL alone")
        for row in rows:
            order = self.endpoint._with_sender(self.env["sale.order"]).browse(row["id"])
            mine = reader._get_order(run, row, lines[row["id"]], others)
            body = order._mindbox_order_update_body(self.endpoint)["order"]
            body["lines"] = order._mindbox_divided(self.endpoint)
            for key in ("totalPrice", "deliveryCost", "lines"):
                self.assertEqual(mine[key], body[key], order.name)

    def make_any_customers(self, number):
        """Make customers of whom this and that is known; return how many."""
        chance = random.Random(number)
        countries = self.env["res.country"].search([("code", "in", ("RU", "BE"))])
        values = {
            "name": ["Anna", "Анна Мария О'Нил", "  Two\nLines ", "A. B. C"],
            "email": ["any@example.com", "Any <ANY@Example.com>"],
            "phone": [False, "8 999 123-45-67", "+32 470 12 34 56", "none"],
            "country_id": [False, *countries.ids],
            "city": [False, "Moscow", "Москва"],
            "street": [False, "Arbat 1"],
            "zip": [False, "119019"],
            "lang": [False, "en_US", "ru_RU"],
            "tz": [False, "Europe/Moscow", "Asia/Vladivostok"],
            "active": [True, True, False],
        }
        made = [
            {name: chance.choice(choices) for name, choices in values.items()}
            for _customer in range(number)
        ]
        return len(self.env["res.partner"].create(made))

    def test_every_customer_has_the_profile_of_a_live_event(self):
        made = self.make_any_customers(40)
        reader, run = self.get_reader("customers", date_from=False)
        partners = self.endpoint._with_sender(self.env["res.partner"])
        countries = {c.id: c for c in partners.env["res.country"].search([])}
        countries[None] = partners.env["res.country"]
        ids = reader._find_ids(run, 0, reader._count(run)[1], 500)
        compared = 0
        for row in reader._get_rows(run, ids):
            partner = partners.browse(row["id"])
            if partner._mindbox_email() or partner._mindbox_phone(self.endpoint):
                body = partner._mindbox_customer_edit_body(self.endpoint)
                profile = get_profile(self.endpoint, partners, countries, row)
                self.assertEqual(profile, body["customer"])
                compared += 1
        self.assertGreaterEqual(compared, made)

    def test_the_customers_are_those_of_live_events(self):
        reader, run = self.get_reader("customers", date_from=False)
        found = set(reader._find_ids(run, 0, reader._count(run)[1], 100_000))
        partners = self.env["res.partner"].with_context(active_test=False).search([])
        customers = partners.filtered(
            lambda partner: partner._mindbox_customer() == partner
            and self.endpoint in partner._mindbox_endpoints(False)
        )
        self.assertEqual(found, set(customers.ids))

    def get_reader(self, kind, **values):
        self.env.flush_all()
        run = self.make_import(kind, **values)
        return run._get_reader(), run
