# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Random orders: taxes, units, currencies, rewards, with all that is odd."""

from contextlib import suppress
from uuid import uuid4

from hypothesis import strategies as st

from odoo import Command
from odoo.exceptions import UserError

from ..sources import SourceCase

PRICES = st.floats(0, 99_999, allow_nan=False).map(lambda price: round(price, 2))
LINES = st.lists(
    st.fixed_dictionaries(
        {
            "product": st.sampled_from(["goods", "other", "service"]),
            "price": PRICES | st.just(0),
            "quantity": st.sampled_from([1, 2, 3, 0.333, 1.5, 12]),
            "unit": st.sampled_from(["unit", "unit", "dozen"]),
            "discount": st.sampled_from([0, 0, 5, 33.33, 100]),
            "taxes": st.sampled_from([(), ("excl",), ("incl",), ("excl", "incl")]),
        }
    ),
    min_size=1,
    max_size=5,
)
ORDERS = st.fixed_dictionaries(
    {
        "lines": LINES,
        "combo": st.booleans(),
        "currency": st.sampled_from(["own", "own", "cheap", "dear", "whole"]),
        "delivery": st.sampled_from([None, 0, 12.34]),
        "discount": st.sampled_from([0, 0, 0.05, 0.3333]),
        "reward": st.sampled_from(
            [None, "code", "gift", "fixed", "points", "shipping"]
        ),
        "in_total": st.booleans(),
    }
)


class OrderCase(SourceCase):
    """A shop that makes any order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).active = False
        cls.make_taxes_and_units()
        cls.make_currencies()
        cls.make_products()
        cls.programs = {
            "code": cls.make_program(discount=25, discount_mode="percent"),
            "gift": cls.make_program(
                reward_type="product", reward_product_id=cls.goods["other"].id
            ),
            "fixed": cls.make_program(discount=70, discount_mode="per_order"),
            "points": cls.make_program(
                discount=1, discount_mode="per_point", required_points=1
            ),
            "shipping": cls.make_program(reward_type="shipping"),
        }

    @classmethod
    def make_taxes_and_units(cls):
        cls.taxes = {
            name: cls.env["account.tax"].create(
                {
                    "name": f"{amount} % {name}",
                    "amount": amount,
                    "price_include_override": f"tax_{name}uded",
                }
            )
            for name, amount in (("excl", 20), ("incl", 7))
        }
        cls.units = {
            "unit": cls.env.ref("uom.product_uom_unit"),
            "dozen": cls.env.ref("uom.product_uom_dozen"),
        }

    @classmethod
    def make_currencies(cls):
        own = cls.company.currency_id
        cls.currencies = {"own": own}
        for name, rate, rounding in (
            ("cheap", 93.4567, 0.01),
            ("dear", 0.0123, 0.01),
            ("whole", 151.7, 1.0),
        ):
            cls.currencies[name] = cls.env["res.currency"].create(
                {
                    "name": name[:3].upper(),
                    "symbol": name[0],
                    "rounding": rounding,
                    "rate_ids": [Command.create({"name": "2020-01-01", "rate": rate})],
                }
            )
        cls.pricelists = {
            name: cls.env["product.pricelist"].create(
                {"name": name, "currency_id": currency.id}
            )
            for name, currency in cls.currencies.items()
        }

    @classmethod
    def make_products(cls):
        cls.goods = {
            "goods": cls.product,
            "other": cls.other_product,
            "service": cls._make_product("Lesson", 50, type="service"),
        }
        combos = cls.env["product.combo"].create(
            [
                {
                    "name": name,
                    "combo_item_ids": [
                        Command.create({"product_id": product.id, "extra_price": extra})
                    ],
                }
                for name, product, extra in (
                    ("Light", cls.product, 0),
                    ("Seat", cls.other_product, 3.33),
                )
            ]
        )
        cls.combo = cls._make_product(
            "Set", 99.99, type="combo", combo_ids=[Command.set(combos.ids)]
        )
        delivery = cls._make_product("Delivery", 10, type="service")
        cls.carrier = cls.env["delivery.carrier"].create(
            {"name": "Courier", "product_id": delivery.id, "fixed_price": 10}
        )

    @classmethod
    def make_program(cls, **reward):
        return cls.env["loyalty.program"].create(
            {
                "name": "Spring",
                "program_type": "promo_code",
                "trigger": "with_code",
                "rule_ids": [
                    Command.create(
                        {
                            "mode": "with_code",
                            "code": str(uuid4()),
                            "reward_point_amount": 7,
                        }
                    )
                ],
                "reward_ids": [Command.create(reward)],
            }
        )

    def make(self, wanted):
        order = self.make_order(
            *(self.make_line(line) for line in wanted["lines"]),
            pricelist_id=self.pricelists[wanted["currency"]].id,
        )
        if wanted["combo"]:
            self.add_combo(order)
        if wanted["delivery"] is not None:
            order.set_delivery_line(self.carrier, wanted["delivery"])
        if wanted["discount"]:
            self.env["sale.order.discount"].create(
                {
                    "sale_order_id": order.id,
                    "discount_type": "so_discount",
                    "discount_percentage": wanted["discount"],
                }
            ).action_apply_discount()
        if wanted["reward"]:
            self.apply(order, self.programs[wanted["reward"]])
        return order

    def make_line(self, line):
        values = {
            "price_unit": line["price"],
            "discount": line["discount"],
            "product_uom_id": self.units[line["unit"]].id,
            "tax_ids": [self.taxes[name].id for name in line["taxes"]],
        }
        return self.goods[line["product"]], line["quantity"], values

    def add_combo(self, order):
        line = self.env["sale.order.line"].create(
            {"order_id": order.id, "product_id": self.combo.id, "product_uom_qty": 2}
        )
        for combo in self.combo.combo_ids:
            item = combo.combo_item_ids
            self.env["sale.order.line"].create(
                {
                    "order_id": order.id,
                    "product_id": item.product_id.id,
                    "product_uom_qty": 2,
                    "combo_item_id": item.id,
                    "linked_line_id": line.id,
                }
            )

    def apply(self, order, program):
        rewards = order._try_apply_code(program.rule_ids.code)
        if "error" in rewards:
            return
        for coupon, claimable in rewards.items():
            # For nothing there is no discount.
            with suppress(UserError):
                order._apply_program_reward(claimable[:1], coupon)
