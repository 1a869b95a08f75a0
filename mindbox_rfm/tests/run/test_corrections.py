# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is taken off orders: credit notes and goods that came back."""

from odoo import Command
from odoo.tests import Form, tagged

from ..common import TODAY
from .common import FactsCase


@tagged("post_install", "-at_install")
class TestCorrections(FactsCase):
    def invoice(self, order):
        for line in order.order_line:
            line.qty_delivered = line.product_uom_qty
        invoice = order._create_invoices()
        invoice.invoice_date = TODAY
        invoice.action_post()
        return invoice

    def credit(self, invoice, **values):
        refund = invoice._reverse_moves([{"invoice_date": TODAY}])
        if values:
            refund.invoice_line_ids.write(values)
        refund.action_post()
        return refund

    def test_credit_note_is_taken_off(self):
        order = self.make_order(self.anna, 10, 100)
        self.credit(self.invoice(order), price_unit=30)
        self.compute()
        self.assertEqual(self.facts(self.anna), (10, 1, 70))

    def test_credit_note_that_is_not_posted_changes_nothing(self):
        order = self.make_order(self.anna, 10, 100)
        self.invoice(order)._reverse_moves([{"invoice_date": TODAY}])
        self.compute()
        self.assertEqual(self.facts(self.anna), (10, 1, 100))

    def test_what_is_invoiced_again_was_not_given_back(self):
        order = self.make_order(self.anna, 10, 100)
        invoice = self.invoice(order)
        reversal = self.env["account.move.reversal"].create(
            {
                "move_ids": [Command.set(invoice.ids)],
                "journal_id": invoice.journal_id.id,
                "date": TODAY,
            }
        )
        again = reversal.with_context(active_ids=invoice.ids).modify_moves()
        again = self.env["account.move"].browse(again["res_id"])
        again.invoice_line_ids.price_unit = 80
        again.invoice_date = TODAY
        again.action_post()
        self.compute()
        self.assertEqual(self.facts(self.anna), (10, 1, 80))

    def test_a_credit_note_in_words_is_of_the_order_of_its_invoice(self):
        order = self.make_order(self.anna, 10, 100)
        invoice = self.invoice(order)
        values = [Command.clear(), self.in_words(30)]
        refund = invoice._reverse_moves([{"invoice_date": TODAY}])
        refund.invoice_line_ids = values
        refund.action_post()
        self.compute()
        self.assertEqual(self.facts(self.anna), (10, 1, 70))

    def in_words(self, amount):
        line = {"name": "A scratch", "price_unit": amount, "tax_ids": False}
        return Command.create({**line, "quantity": 1})

    def test_a_down_payment_that_is_given_back_is_not_the_order(self):
        order = self.make_order(self.anna, 10, 100)
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "fixed",
                "fixed_amount": 40,
            }
        )
        wizard.create_invoices()
        invoice = order.invoice_ids
        invoice.invoice_date = TODAY
        invoice.action_post()
        self.credit(invoice)
        self.compute()
        self.assertEqual(self.facts(self.anna), (10, 1, 100))

    def test_a_credit_note_in_another_currency_is_judged_in_that_of_the_order(self):
        order = self.make_order(self.anna, 10, 100)
        invoice = self.invoice(order)
        refund = invoice._reverse_moves([{"invoice_date": TODAY}])
        # The books took another rate than the order.
        refund.action_post()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET invoice_currency_rate = 2 WHERE id = %s",
            refund.ids,
        )
        self.compute(include_prospects=False)
        self.assertFalse(self.profile(self.anna))

    def pay_by_card(self, order, amount, program_type="gift_card"):
        """Pay with a card: Odoo adds a line below zero for it."""
        program = self.env["loyalty.program"].create(
            {
                "name": "Cards",
                "program_type": program_type,
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount": 1,
                            "discount_mode": "per_point",
                        }
                    )
                ],
            }
        )
        order.order_line = [
            Command.create(
                {
                    "name": "Card",
                    "product_id": program.reward_ids.discount_line_product_id.id,
                    "price_unit": -amount,
                    "tax_ids": False,
                    "reward_id": program.reward_ids.id,
                }
            )
        ]

    def test_a_gift_card_or_an_e_wallet_pays_and_makes_nothing_cheaper(self):
        for days_ago, program_type in ((10, "gift_card"), (9, "ewallet")):
            order = self.make_order(self.anna, days_ago, 100)
            self.pay_by_card(order, 60, program_type)
        self.compute()
        self.assertEqual(self.facts(self.anna), (9, 2, 200))
        self.compute(count_zero_orders=False)
        self.assertEqual(self.facts(self.anna), (9, 2, 200))

    def test_an_order_paid_by_gift_card_alone_is_not_free(self):
        self.pay_by_card(self.make_order(self.anna, 10, 100), 100)
        self.compute(count_zero_orders=False)
        self.assertEqual(self.facts(self.anna), (10, 1, 100))

    def test_other_rewards_make_an_order_cheaper(self):
        self.pay_by_card(self.make_order(self.anna, 10, 100), 60, "loyalty")
        self.compute()
        self.assertEqual(self.facts(self.anna), (10, 1, 40))

    def test_a_first_parcel_that_comes_back_leaves_what_is_to_ship(
        self,
    ):
        order = self.make_order(self.anna, 10, 100)
        order.order_line.product_uom_qty = 3
        first = order.picking_ids
        first.move_ids.quantity = 1
        first.move_ids.picked = True
        first.with_context(cancel_backorder=False).button_validate()
        self.give_back(first)
        self.compute()
        self.assertEqual(self.facts(self.anna), (10, 1, 300))

    def test_order_credited_in_full_counts_for_nothing(self):
        self.make_order(self.anna, 50, 20)
        order = self.make_order(self.anna, 10, 100)
        self.credit(self.invoice(order))
        self.compute()
        self.assertEqual(self.facts(self.anna), (50, 1, 20))

    def test_returned_order_counts_for_nothing(self):
        self.make_order(self.anna, 50, 20)
        order = self.make_order(self.anna, 10, 100)
        self.ship(order)
        self.give_back(order.picking_ids)
        self.compute()
        self.assertEqual(self.facts(self.anna), (50, 1, 20))

    def test_only_a_returned_order_leaves_no_customer(self):
        order = self.make_order(self.anna, 10, 100)
        self.ship(order)
        self.give_back(order.picking_ids)
        self.compute(include_prospects=False)
        self.assertFalse(self.profile(self.anna))

    def ship(self, order):
        for picking in order.picking_ids:
            picking.move_ids.quantity = 1
            picking.move_ids.picked = True
            picking.with_context(skip_backorder=True).button_validate()

    def give_back(self, picking):
        form = Form(
            self.env["stock.return.picking"].with_context(
                active_id=picking.id, active_model="stock.picking"
            )
        )
        wizard = form.save()
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        back.move_ids.quantity = 1
        back.move_ids.picked = True
        back.button_validate()
        (picking | back).move_ids.write({"date": f"{TODAY} 08:00:00"})
