# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import float_round

from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestCard(SourceCase):
    PLAIN = {"customer", "balanceChanges", "executionDateTimeUtc"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).active = False
        cls.program = cls.env["loyalty.program"].create(
            {
                "name": "Bonus",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "rule_ids": [
                    Command.create(
                        {"reward_point_mode": "money", "reward_point_amount": 0.1}
                    )
                ],
                "reward_ids": [
                    Command.create(
                        {
                            "discount": 1,
                            "discount_mode": "per_point",
                            "discount_applicability": "order",
                            "required_points": 1,
                        }
                    )
                ],
            }
        )

    def make_card(self, points=0, **vals):
        return self.env["loyalty.card"].create(
            {
                "program_id": self.program.id,
                "partner_id": self.customer.id,
                "points": points,
                **vals,
            }
        )

    def test_a_card_with_an_owner_is_issued(self):
        card = self.make_card()
        self.assertEqual(
            self.body("card_issue")["discountCard"], {"ids": {"number": card.code}}
        )

    def test_a_gift_card_is_no_discount_card(self):
        self.program.program_type = "gift_card"
        card = self.make_card(points=50)
        card.points = 20
        self.assertFalse(self.recorded())
        self.assertIn("gift card", card.mindbox_notice)

    def test_an_e_wallet_is_told_as_a_card_where_that_is_wanted(self):
        self.program.program_type = "ewallet"
        wallet = self.make_card(points=50)
        self.assertFalse(self.recorded())
        self.assertIn("e-wallet", wallet.mindbox_notice)
        self.endpoint.send_ewallets = True
        self.make_card(points=50)
        events = self.recorded().mapped("event")
        self.assertEqual(events, ["card_issue", "card_balance"])

    def test_a_card_without_owner_is_none_until_it_gets_one(self):
        card = self.make_card(partner_id=False)
        self.assertFalse(self.recorded())
        card.partner_id = self.customer
        self.assertEqual(len(self.recorded("card_issue")), 1)

    def test_a_top_up_is_a_change_of_the_balance_with_its_comment(self):
        card = self.make_card(points=10)
        self.recorded()
        self.env["loyalty.card.update.balance"].create(
            {"card_id": card.id, "new_balance": 60, "description": "Birthday"}
        ).action_update_card_point()
        [change] = self.body("card_balance")["balanceChanges"]
        self.assertEqual(change["changeAmount"], 50.0)

    def test_each_change_is_a_fact_of_its_own(self):
        card = self.make_card(points=10)
        self.recorded()
        card.points = 15
        card.points = 12
        changes = [
            self.build(row)["balanceChanges"][0]["changeAmount"]
            for row in self.recorded("card_balance")
        ]
        self.assertEqual(changes, [5.0, -3.0])

    def test_parts_of_points_add_up_to_the_balance(self):
        card = self.make_card(points=0)
        told = 0
        for part in [0.335] * 12 + [0.004] * 10 + [-0.005] * 3:
            card.points += part
            for row in self.recorded("card_balance"):
                told += self.build(row)["balanceChanges"][0]["changeAmount"]
        self.assertAlmostEqual(told, float_round(card.points, precision_digits=2))

    def test_what_an_order_moves_in_two_steps_is_one_change(self):
        card = self.make_card(points=10)
        order = self.make_order((self.product, 1))
        self.recorded()
        card._mindbox_note_cause(order)
        card.points = 40
        card.points = 25
        [change] = self.build(self.recorded("card_balance"))["balanceChanges"]
        self.assertEqual(change["changeAmount"], 15)

    def test_orders_that_come_together_have_their_own_points(self):
        card = self.make_card(points=10)
        orders = [self.make_order((self.product, 1)) for _number in range(2)]
        self.recorded()
        for order, points in zip(orders, (5, 7), strict=True):
            card._mindbox_note_cause(order, points)
        card.points += 12
        told = [
            (change["changeAmount"], change["comment"])
            for row in self.recorded("card_balance")
            for change in self.build(row)["balanceChanges"]
        ]
        self.assertEqual(
            told, [(5, f"Odoo: {orders[0].name}"), (7, f"Odoo: {orders[1].name}")]
        )

    def test_a_card_that_is_given_away_takes_its_points_along(self):
        card = self.make_card(points=10)
        olga = self.env["res.partner"].create({"name": "Olga", "email": "o@x.com"})
        self.recorded()
        card.partner_id = olga
        told = {
            body["customer"]["ids"]["websiteID"]: body["balanceChanges"][0]
            for body in map(self.build, self.recorded("card_balance"))
        }
        self.assertEqual(
            {who: change["changeAmount"] for who, change in told.items()},
            {str(self.customer.id): -10, str(olga.id): 10},
        )

    def test_a_card_that_exists_only_while_the_cart_is_open_is_none(self):
        cart = self.make_cart((self.product, 1))
        cart._update_programs_and_rewards()
        self.assertTrue(cart.coupon_point_ids.coupon_id)
        self.assertFalse(self.recorded("card_issue"))
        cart.action_confirm()
        rows = self.recorded()
        self.assertEqual(len(rows.filtered(lambda r: r.event == "card_issue")), 1)

    def test_a_change_carries_card_order_and_balance_only_where_they_are_taken(self):
        self.make_card(points=10)
        self.assertEqual(set(self.body("card_balance")), self.PLAIN)
        self.endpoint.write(
            {"balance_card": True, "balance_name": "Main", "point_of_contact": "Shop"}
        )
        card = self.make_card(points=10)
        body = self.body("card_balance")
        self.assertEqual(body["discountCard"], {"ids": {"number": card.code}})
        self.assertEqual(body["pointOfContact"], "Shop")
        [change] = body["balanceChanges"]
        self.assertEqual(change["balanceType"], {"ids": {"systemName": "Main"}})

    def test_points_name_the_order_that_earned_and_the_one_that_spent_them(self):
        self.endpoint.balance_order = True
        card = self.make_card(points=20)
        self.recorded()
        order = self.make_order((self.product, 1))
        order._update_programs_and_rewards()
        order.action_confirm()
        body = self.body("card_balance")
        self.assertEqual(body["order"], {"ids": {"websiteID": order.name}})
        self.assertEqual(body["balanceChanges"][0]["changeAmount"], 10.0)
        self.assertEqual(card.points, 30)

    def test_a_cancelled_order_takes_its_points_back_and_is_named(self):
        self.endpoint.balance_order = True
        self.make_card()
        order = self.make_order((self.product, 1))
        order._update_programs_and_rewards()
        order.action_confirm()
        self.recorded()
        order._action_cancel()
        body = self.body("card_balance")
        self.assertEqual(body["order"], {"ids": {"websiteID": order.name}})
        self.assertEqual(body["balanceChanges"][0]["changeAmount"], -10.0)

    def test_a_cancelled_first_order_takes_its_points_back_too(self):
        order = self.make_order((self.product, 1))
        order._update_programs_and_rewards()
        order.action_confirm()
        self.assertEqual(self.changes(), [10.0])
        order._action_cancel()
        self.assertEqual(self.changes(), [-10.0])

    def changes(self):
        """Return the new changes of balances."""
        return [
            self.build(row)["balanceChanges"][0]["changeAmount"]
            for row in self.recorded("card_balance")
        ]

    def test_points_can_be_used_to_the_end_of_the_last_day(self):
        """As Odoo has it: the day that is written on the card still counts."""
        self.endpoint.company_id.partner_id.tz = "Europe/Moscow"
        self.make_card(points=10, expiration_date="2030-12-31")
        [change] = self.body("card_balance")["balanceChanges"]
        self.assertEqual(change["expirationDateTimeUtc"], "31.12.2030 21:00:00.000")

    def test_points_of_a_prolonged_card_are_given_anew(self):
        self.endpoint.company_id.partner_id.tz = "America/New_York"
        card = self.make_card(points=10, expiration_date="2030-12-31")
        self.recorded()
        card.expiration_date = "2031-12-31"
        taken, given = [
            self.build(row)["balanceChanges"][0]
            for row in self.recorded("card_balance")
        ]
        self.assertEqual((taken["changeAmount"], given["changeAmount"]), (-10.0, 10.0))
        self.assertNotIn("expirationDateTimeUtc", taken)
        self.assertIn(".2032 ", given["expirationDateTimeUtc"])
        card.expiration_date = "2031-12-31"
        self.assertFalse(self.recorded())

    def test_a_card_of_an_employee_is_not_told(self):
        self.make_card(
            points=5, partner_id=self.env.ref("base.user_admin").partner_id.id
        )
        self.assertFalse(self.recorded())

    def test_merged_customers_keep_one_card_with_all_points(self):
        twin = self.env["res.partner"].create(
            {"name": "Anna I.", "email": "anna@example.com"}
        )
        card = self.make_card(points=10)
        self.make_card(points=7, partner_id=twin.id)
        self.recorded()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.customer.id, twin.id], self.customer
        )
        self.assertEqual(card.points, 17)
        self.assertEqual(
            {
                row.res_id: self.build(row)["balanceChanges"][0]["changeAmount"]
                for row in self.recorded("card_balance")
            }.get(card.id),
            7.0,
        )

    def test_whoever_may_merge_contacts_can(self):
        twin = self.env["res.partner"].create({"name": "Twin", "email": "t@x.com"})
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard = wizard.with_user(self.env.ref("base.user_admin"))
        wizard._merge(
            (self.customer + twin).ids,
            wizard.env["res.partner"].browse(self.customer.id),
        )
        self.assertFalse(twin.exists())

    def test_the_card_that_a_merge_has_emptied_is_not_issued_to_the_survivor(self):
        twin = self.env["res.partner"].create({"name": "Twin", "email": "t@x.com"})
        self.make_card(points=10)
        emptied = self.make_card(points=7, partner_id=twin.id)
        self.recorded()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.customer.id, twin.id], self.customer
        )
        self.assertNotIn(emptied.id, self.recorded("card_issue").mapped("res_id"))
