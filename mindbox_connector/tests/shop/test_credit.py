# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What invoices, credit notes, payments and refunds make of an order, as it is told."""

import json

from odoo.tests import tagged

from ...models.shop.standing import Standing
from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestCredit(SourceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = cls._make_product("Lesson", 100, type="service")
        cls.service.invoice_policy = "order"
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.provider = cls.env["payment.provider"].search(
            [("code", "=", "demo"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.provider.state = "test"

    def place(self, *lines):
        order = self.make_order(*(lines or [(self.service, 1)]))
        order.action_confirm()
        self.recorded()
        return order

    def invoice(self, order):
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def pay(self, move):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard.create({"journal_id": self.bank.id}).action_create_payments()

    def credit(self, invoice, **quantities):
        """Reverse an invoice, or only some of its lines: {name: new price}."""
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": invoice.ids, "journal_id": invoice.journal_id.id}
        )
        note = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        for line in note.invoice_line_ids if quantities else ():
            line.price_unit = quantities.get(line.product_id.name, 0)
        note.action_post()
        return note

    def transact(self, order, amount=None):
        tx = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.provider.payment_method_ids[:1].id,
                "amount": amount or order.amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "reference": f"tx {order.name} {len(order.transaction_ids)}",
                "sale_order_ids": [(4, order.id)],
            }
        )
        tx._set_done()
        tx._post_process()
        return tx

    def told(self, order):
        """Return the total, the delivery, and (quantity, price, status) of lines."""
        record = self.endpoint._with_sender(order)
        told = record._mindbox_order_update_body(self.endpoint)["order"]
        names = "quantity", "discountedPricePerLine", "status"
        lines = [tuple(line[name] for name in names) for line in told["lines"]]
        return told["totalPrice"], told["deliveryCost"], lines

    def statuses(self):
        """Return (status, money given back) of what is told on its own."""
        rows = self.recorded("order_status")
        bodies = [json.loads(row.payload) for row in rows if row.payload]
        return [
            (
                body.get("orderLinesStatus") or body["order"]["lines"][0]["status"],
                sum(x["amount"] for x in body["order"].get("returnedPayments", [])),
            )
            for body in bodies
        ]

    def money(self, order):
        return tuple(cents / 100 for cents in Standing(order).money)

    def test_an_order_is_paid_once_its_invoice_is(self):
        order = self.place()
        invoice = self.invoice(order)
        self.assertFalse(self.statuses())
        self.pay(invoice)
        self.assertEqual(self.statuses(), [("Paid", 0)])
        self.assertEqual(self.money(order), (100, 100, 0))

    def test_a_credit_note_of_a_paid_invoice_is_an_update_and_money_back(self):
        order = self.place((self.service, 2))
        invoice = self.invoice(order)
        self.pay(invoice)
        self.recorded()
        note = self.credit(invoice, Lesson=50)
        rows = self.recorded()
        self.assertEqual(rows.mapped("event"), ["order_update", "order_status"])
        self.assertEqual(self.money(order), (100, 200, 100))
        self.assertEqual(self.told(order), (100, 0, [(2, 100, "Paid")]))
        self.pay(note)
        self.assertEqual(self.money(order), (100, 200, 100))
        self.assertFalse(self.statuses())

    def test_a_service_that_was_credited_came_back(self):
        order = self.place()
        invoice = self.invoice(order)
        self.pay(invoice)
        self.recorded()
        self.credit(invoice)
        self.assertEqual(self.statuses(), [("Returned", 100)])
        self.assertEqual(self.told(order), (0, 0, [(1, 100, "Returned")]))

    def test_a_credit_note_for_the_delivery_only(self):
        self.endpoint.delivery_in_total = True
        shipping = self._make_product("Shipping", 10, type="service")
        order = self.place((self.service, 1), (shipping, 1, {"is_delivery": True}))
        invoice = self.invoice(order)
        self.pay(invoice)
        self.recorded()
        self.credit(invoice, Shipping=10)
        self.assertEqual(self.statuses(), [("Paid", 10)])
        self.assertEqual(self.told(order), (100, 0, [(1, 100, "Paid")]))

    def test_what_is_reversed_and_invoiced_anew_is_paid_once_and_never_returned(self):
        order = self.place()
        invoice = self.invoice(order)
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": invoice.ids, "journal_id": invoice.journal_id.id}
        )
        again = self.env["account.move"].browse(wizard.modify_moves()["res_id"])
        self.assertFalse(self.statuses())
        self.assertEqual(self.told(order), (100, 0, [(1, 100, "Confirmed")]))
        again.action_post()
        self.pay(again)
        self.assertEqual(self.statuses(), [("Paid", 0)])
        self.assertEqual(self.money(order), (100, 100, 0))

    def down_payment(self, order):
        wizard = self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        )
        values = {"advance_payment_method": "fixed", "fixed_amount": 40}
        invoice = wizard.create(values)._create_invoices(order)
        invoice.action_post()
        self.pay(invoice)
        self.recorded()
        return invoice

    def test_a_down_payment_refunded_in_part_makes_nothing_cheaper(self):
        order = self.place()
        invoice = self.down_payment(order)
        self.assertEqual(self.money(order), (100, 40, 0))
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": invoice.ids, "journal_id": invoice.journal_id.id}
        )
        note = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        note.invoice_line_ids.filtered("price_unit").price_unit = 15
        note.action_post()
        self.assertEqual(self.money(order), (100, 40, 15))
        self.assertEqual(self.statuses(), [("Confirmed", 15)])
        self.assertEqual(self.told(order), (100, 0, [(1, 100, "Confirmed")]))

    def test_a_credit_note_cancelled_again_gives_the_goods_back(self):
        order = self.place()
        invoice = self.invoice(order)
        self.pay(invoice)
        note = self.credit(invoice)
        self.recorded()
        note.button_draft()
        note.button_cancel()
        self.assertTrue(self.recorded("order_update"))
        self.assertEqual(self.told(order), (100, 0, [(1, 100, "Paid")]))
        self.assertEqual(self.money(order), (100, 100, 0))

    def test_a_credit_note_posted_again_gives_no_money_back_twice(self):
        order = self.place()
        invoice = self.invoice(order)
        self.pay(invoice)
        note = self.credit(invoice)
        note.button_draft()
        self.recorded()
        note.action_post()
        self.assertFalse(self.statuses())

    def test_a_refund_of_the_provider_is_told(self):
        order = self.place()
        tx = self.transact(order)
        self.assertEqual(self.statuses(), [("Paid", 0)])
        refund = tx._create_child_transaction(30, is_refund=True)
        refund._set_done()
        self.assertEqual(self.statuses(), [("Paid", 30)])
        self.assertEqual(self.told(order), (70, 0, [(1, 70, "Paid")]))

    def test_a_payment_by_transaction_counts_once_with_its_invoice(self):
        order = self.place()
        self.transact(order)
        self.invoice(order)
        self.assertEqual(self.money(order), (100, 100, 0))
        self.assertEqual(self.statuses(), [("Paid", 0)])

    def test_money_that_arrives_after_a_cancellation_pays_nothing(self):
        order = self.place()
        order._action_cancel()
        self.recorded()
        self.transact(order)
        self.assertFalse(self.statuses())
        self.assertEqual(self.told(order)[0], 0)

    def test_a_paid_order_that_is_confirmed_again_is_paid(self):
        order = self.place()
        self.transact(order)
        order._action_cancel()
        order.action_draft()
        self.recorded()
        order.action_confirm()
        self.assertEqual(self.statuses()[-1], ("Paid", 0))

    def test_no_order_costs_less_than_nothing(self):
        order = self.place((self.service, 1), (self.other_product, -5))
        total, delivery, lines = self.told(order)
        self.assertEqual((total, delivery), (0, 0))
        self.assertEqual([price for _quantity, price, _status in lines], [0])
