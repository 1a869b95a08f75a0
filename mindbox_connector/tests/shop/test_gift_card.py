# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Gift cards are sold in lines of orders, and spent as payments."""

from odoo.fields import Command
from odoo.tests import tagged

from ...models.shop.standing import Standing
from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestGiftCard(SourceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).active = False
        cls.voucher = cls._make_product("Voucher", 50, type="service")
        cls.program = cls.env["loyalty.program"].create(
            {
                "name": "Gift cards",
                "program_type": "gift_card",
                "applies_on": "future",
                "trigger": "auto",
                "rule_ids": [
                    Command.create(
                        {
                            "reward_point_mode": "money",
                            "reward_point_amount": 1,
                            "reward_point_split": True,
                            "product_ids": [Command.set(cls.voucher.ids)],
                        }
                    )
                ],
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount": 1,
                            "discount_mode": "per_point",
                            "discount_applicability": "order",
                            "required_points": 1,
                        }
                    )
                ],
            }
        )
        cls.env.cr.flush()
        cls.env["mindbox.request"].search([]).unlink()

    def test_sold_gift_cards_are_lines_with_their_numbers(self):
        order = self.make_order((self.voucher, 2), (self.product, 1))
        order._update_programs_and_rewards()
        order.action_confirm()
        lines = self.body("order_create")["order"]["lines"]
        cards = order.coupon_point_ids.coupon_id
        self.assertEqual(len(cards), 2)
        told = [
            (line["quantity"], line.get("giftCard", {}).get("ids", {}).get("number"))
            for line in lines
        ]
        first, second = cards.mapped("code")
        self.assertCountEqual(told, [(1, first), (1, second), (1, None)])
        self.assertEqual([line["lineNumber"] for line in lines], [1, 2, 3])
        self.assertFalse(self.recorded("card_issue"))

    def test_a_spent_gift_card_is_a_payment_and_makes_nothing_cheaper(self):
        card = self.env["loyalty.card"].create(
            {"program_id": self.program.id, "points": 30, "code": "GIFT-1"}
        )
        order = self.make_order((self.product, 1))
        order._update_programs_and_rewards()
        order._try_apply_code(card.code)
        order._apply_program_reward(self.program.reward_ids, card)
        order.action_confirm()
        self.assertEqual(order.amount_total, 70)
        told = self.body("order_create")["order"]
        payment = {"type": "giftCard", "id": "GIFT-1", "amount": 30}
        self.assertEqual(told["payments"], [payment])
        self.assertEqual(told["lines"][0]["discountedPricePerLine"], 100)
        self.assertEqual(told["totalPrice"], 100)
        self.assertAddsUp(told)

    def test_what_a_gift_card_has_left_over_pays_the_order(self):
        order = self.make_order((self.product, 1))
        card = self.env["loyalty.card"].create(
            {"program_id": self.program.id, "points": 30, "code": "GIFT-2"}
        )
        order._update_programs_and_rewards()
        order._try_apply_code(card.code)
        order._apply_program_reward(self.program.reward_ids, card)
        order.action_confirm()
        self.recorded()
        provider = self.env.ref("payment.payment_provider_demo")
        tx = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": provider.payment_method_ids[:1].id,
                "amount": 70,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "reference": f"tx {order.name}",
                "sale_order_ids": [Command.link(order.id)],
            }
        )
        tx._set_done()
        tx._post_process()
        self.assertTrue(Standing(order).is_paid)
        self.assertEqual(self.body("order_status")["orderLinesStatus"], "Paid")
