# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Any order adds up to the last cent, and looking at it changes nothing."""

import json
import os

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged
from odoo.tools import SQL

from .random_orders import ORDERS, PRICES, OrderCase

RARELY = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
# More of them: MINDBOX_EXAMPLES=500.
EXAMPLES = int(os.environ.get("MINDBOX_EXAMPLES", 15))
FEW = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=RARELY,
    # To make a failing order smaller takes minutes.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)


@tagged("post_install", "-at_install")
class TestAmounts(OrderCase):
    @FEW
    @given(wanted=ORDERS)
    def test_any_order_adds_up_to_the_last_cent(self, wanted):
        self.endpoint.delivery_in_total = wanted["in_total"]
        order = self.make(wanted)
        body = self.update_body(order)["order"]
        rate = order.currency_id._get_conversion_rate(
            order.currency_id,
            self.endpoint.currency_id,
            self.company,
            order.date_order,
        )
        delivery = 0 if wanted["in_total"] else body["deliveryCost"]
        self.assertAlmostEqual(
            body["totalPrice"] + delivery, order.amount_total * rate, delta=0.0051
        )
        paid = dict(body, totalPrice=round(body["totalPrice"] + delivery, 2))
        self.assertAddsUp(paid)
        for line in body["lines"]:
            self.assertGreaterEqual(line["discountedPricePerLine"], 0)
            self.assertGreater(line["quantity"], 0)

    @settings(FEW, max_examples=EXAMPLES // 2)
    @given(wanted=ORDERS)
    def test_building_is_looking_only_and_the_same_for_everybody(self, wanted):
        order = self.make(wanted)
        self.env.cr.flush()
        french = self.env["res.lang"]._activate_lang("fr_FR")
        before = self.snapshot(order)
        texts = {
            json.dumps(
                self.endpoint._with_sender(
                    order.with_user(user).with_context(lang=lang, tz=tz)
                )._mindbox_order_update_body(self.endpoint)
            )
            for user, lang, tz in (
                (self.env.user, "en_US", "UTC"),
                (self.env.ref("base.public_user"), french.code, "Asia/Tokyo"),
                (self.env.ref("base.user_admin"), "ru_RU", "America/New_York"),
            )
        }
        self.assertEqual(len(texts), 1)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.snapshot(order), before)

    @settings(FEW, max_examples=EXAMPLES // 4)
    @given(
        quantity=st.integers(2, 20),
        price=PRICES,
        parts=st.lists(st.integers(1, 5), min_size=1, max_size=4),
        taxes=st.sampled_from([(), ("excl",), ("incl",)]),
    )
    def test_refunds_in_steps_never_give_back_more_than_was_paid(
        self, quantity, price, parts, taxes
    ):
        tax_ids = [self.taxes[name].id for name in taxes]
        values = {"price_unit": price, "tax_ids": tax_ids}
        service = self.goods["service"]
        order = self.make_order((service, quantity, values))
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        self.pay(invoice)
        self.recorded()
        left, money = quantity, 0
        for part in parts:
            part = min(part, left)
            if not part:
                break
            left -= part
            self.refund(invoice, part)
            money += self.refunded()
            body = self.update_body(order)["order"]
            told = self.count_returned(body)
            self.assertEqual(told, quantity - left)
            self.assertAddsUp(body)
        share = order.amount_total * told / quantity
        self.assertAlmostEqual(money, share, delta=0.01 * len(parts) + 0.005)
        self.assertLessEqual(money, order.amount_total + 0.005)

    def count_returned(self, body):
        lines = [line for line in body["lines"] if line["status"] == "Returned"]
        return sum(line["quantity"] for line in lines)

    def refunded(self):
        """Return what is told as given back; the body says something else, too."""
        bodies = [json.loads(r.payload) for r in self.recorded("order_status")]
        self.assertTrue(
            all(b.get("orderLinesStatus") or b["order"]["lines"] for b in bodies)
        )
        payments = [b["order"].get("returnedPayments", []) for b in bodies]
        return sum(paid["amount"] for some in payments for paid in some)

    def pay(self, invoice):
        if invoice.amount_residual:
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice.ids
            ).create({}).action_create_payments()

    def refund(self, invoice, quantity):
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": invoice.ids, "journal_id": invoice.journal_id.id}
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.invoice_line_ids.quantity = quantity
        refund.action_post()

    def update_body(self, order):
        record = self.endpoint._with_sender(order)
        return record._mindbox_order_update_body(self.endpoint)

    def snapshot(self, order):
        """Return all that is stored of an order, its lines, its customer and goods."""
        records = [
            order,
            order.order_line,
            order.partner_id,
            order.order_line.product_id,
        ]
        tables = [(r._table, tuple(r.ids)) for r in records]
        return [
            self.env.execute_query_dict(
                SQL(
                    "SELECT * FROM %s WHERE id IN %s ORDER BY id",
                    SQL.identifier(table),
                    ids,
                )
            )
            for table, ids in tables
        ]
