# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ...models.shop.amounts import allocate
from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestOrder(SourceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tax = cls.env["account.tax"]
        cls.tax_excluded = tax.create(
            {"name": "20 %", "amount": 20, "price_include_override": "tax_excluded"}
        )

    def test_a_quotation_of_the_back_office_is_no_order_yet(self):
        self.make_order((self.product, 1))
        self.assertFalse(self.recorded())

    def test_a_guest_leaves_by_the_operation_for_guests(self):
        self.make_order((self.product, 1)).action_confirm()
        row = self.recorded("order_create")
        values = self.endpoint._build_values(
            self.endpoint._with_sender(self.env["sale.order"].browse(row.res_id)),
            "order_create",
            row.occurred_at,
        )
        operation = self.env["mindbox.operation"].browse(values["operation_id"])
        self.assertEqual(operation.name, "Website.CreateUnauthorizedOrder")
        self.env["res.users"].create(
            {
                "name": "Anna",
                "login": "anna-login",
                "partner_id": self.customer.id,
                "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])],
            }
        )
        values = self.endpoint._build_values(
            self.endpoint._with_sender(self.env["sale.order"].browse(row.res_id)),
            "order_create",
            row.occurred_at,
        )
        operation = self.env["mindbox.operation"].browse(values["operation_id"])
        self.assertEqual(operation.name, "Website.CreateAuthorizedOrder")

    def test_an_order_body_has_what_the_contract_names(self):
        order = self.make_order((self.product, 2), (self.other_product, 1.5))
        order.action_confirm()
        body = self.body("order_create")
        lines = body["order"]["lines"]
        self.assertEqual(body["order"]["ids"], {"websiteID": order.name})
        self.assertEqual(body["order"]["email"], "anna@example.com")
        self.assertEqual(
            lines[0],
            {
                "lineId": str(order.order_line[0].id),
                "lineNumber": 1,
                "quantity": 2,
                "basePricePerItem": 100.0,
                "discountedPricePerLine": 200.0,
                "status": "Confirmed",
                "product": {"ids": {"website": str(self.product.id)}},
            },
        )
        self.assertEqual(lines[1]["quantityType"], "double")
        self.assertAddsUp(body["order"])

    def test_a_change_of_the_content_goes_out_as_an_update(self):
        order = self.make_order((self.product, 1))
        order.action_confirm()
        self.recorded()
        order.order_line.product_uom_qty = 3
        body = self.body("order_update")
        self.assertEqual(body["order"]["totalPrice"], 300.0)

    def test_the_whole_order_discount_is_shared_by_the_lines_to_the_cent(self):
        order = self.make_order((self.product, 1), (self.other_product, 2))
        wizard = self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.1,
            }
        )
        wizard.action_apply_discount()
        order.action_confirm()
        body = self.body("order_create")["order"]
        self.assertEqual(len(body["lines"]), 2)
        self.assertEqual(body["totalPrice"], round(order.amount_total, 2))
        self.assertAddsUp(body)

    def test_a_promo_code_is_named_with_its_amount(self):
        self.env["loyalty.program"].create(
            {
                "name": "Spring",
                "program_type": "promo_code",
                "trigger": "with_code",
                "rule_ids": [Command.create({"mode": "with_code", "code": "SPRING"})],
                "reward_ids": [
                    Command.create({"discount": 25, "discount_mode": "percent"})
                ],
            }
        )
        order = self.make_order((self.product, 1))
        for coupon, rewards in order._try_apply_code("SPRING").items():
            order._apply_program_reward(rewards, coupon)
        order.action_confirm()
        body = self.body("order_create")["order"]
        self.assertEqual(
            body["discounts"],
            [
                {
                    "type": "promoCode",
                    "promoCode": {"ids": {"code": "SPRING"}},
                    "amount": 25.0,
                }
            ],
        )
        self.assertEqual(body["totalPrice"], 75.0)
        self.assertAddsUp(body)

    def test_amounts_are_converted_to_the_currency_of_the_endpoint(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        other = self.env.ref("base.USD") if euro == self.company.currency_id else euro
        other.active = True
        # By default of the user's today, which may be tomorrow for the order.
        rate = {"currency_id": other.id, "company_id": self.company.id, "rate": 0.0123}
        yesterday = fields.Date.today() - timedelta(days=1)
        self.env["res.currency.rate"].create({**rate, "name": yesterday})
        pricelist = self.env["product.pricelist"].create(
            {"name": "Other", "currency_id": other.id}
        )
        order = self.make_order((self.product, 3), pricelist_id=pricelist.id)
        order.action_confirm()
        body = self.body("order_create")["order"]
        self.assertAlmostEqual(
            body["totalPrice"], order.amount_total / 0.0123, delta=0.01
        )
        self.assertAddsUp(body)

    def test_a_product_without_the_chosen_id_is_rejected_in_plain_words(self):
        self.endpoint.product_ref = "default_code"
        order = self.make_order((self.product, 1))
        order.action_confirm()
        row = self.recorded("order_create")
        self.assertIsNone(self.build(row))
        self.assertEqual(row.state, "rejected")
        self.assertIn("Lamp", row.error)
        self.assertIn("Internal reference", row.error)

    def test_an_unmapped_status_is_skipped_and_says_so(self):
        self.endpoint.line_status = "none"
        self.endpoint.status_ids.filtered(lambda s: s.milestone == "confirmed").unlink()
        self.make_order((self.product, 1)).action_confirm()
        row = self.recorded("order_status")[-1]
        self.assertEqual(row.state, "skipped")
        self.assertIn("Confirmed", row.error)

    def test_a_cancelled_order_and_its_return_to_a_quotation_are_told(self):
        order = self.make_order((self.product, 1))
        order.action_confirm()
        self.recorded()
        order._action_cancel()
        self.assertEqual(self.body("order_status")["orderLinesStatus"], "Cancelled")
        order.action_draft()
        row = self.recorded("order_status")
        self.assertEqual((row.state, len(row)), ("skipped", 1))

    def test_a_cancelled_quotation_is_nothing_to_mindbox(self):
        self.make_order((self.product, 1))._action_cancel()
        self.assertFalse(self.recorded())

    def test_an_order_entered_afterwards_was_placed_at_its_date(self):
        order = self.make_order(
            (self.product, 1), state="sale", date_order="2026-01-05"
        )
        row = self.recorded("order_create")
        self.assertEqual(row.occurred_at, order.date_order)

    def test_an_order_placed_again_is_told_after_its_cancellation(self):
        order = self.make_order((self.product, 1), state="sale")
        self.recorded()
        order._action_cancel()
        before = max(self.recorded().mapped("occurred_at"))
        order.action_draft()
        order.action_confirm()
        placed = self.recorded("order_create")[-1]
        self.assertGreater(placed.occurred_at, before)

    def test_building_a_body_changes_nothing(self):
        order = self.make_order((self.product, 2))
        order.action_confirm()
        self.recorded()
        self.env.invalidate_all()
        before = order.read()[0]
        endpoint_view = self.endpoint._with_sender(order)
        first = endpoint_view._mindbox_order_update_body(self.endpoint)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(order.read()[0], before)
        self.assertEqual(endpoint_view._mindbox_order_update_body(self.endpoint), first)

    def test_new_taxes_are_a_change_of_the_content(self):
        """They are computed: no write() of a line tells of them."""
        order = self.make_order((self.product, 1))
        order.action_confirm()
        self.recorded()
        self.product.taxes_id = self.tax_excluded
        order.action_update_taxes()
        self.assertEqual(self.body("order_update")["order"]["totalPrice"], 120.0)

    def test_an_order_that_is_computed_anew_but_costs_the_same_is_no_change(self):
        order = self.make_order((self.product, 1))
        order.action_confirm()
        self.recorded()
        self.env.add_to_compute(order._fields["amount_total"], order)
        self.env.flush_all()
        self.assertFalse(self.recorded())

    def test_a_favourite_is_told_each_time_it_changes(self):
        order = self.make_order((self.product, 1))
        order.action_confirm()
        self.recorded()
        order.write({"is_favorite": True, "favorite_name": "Weekly"})
        self.assertEqual(
            self.body("order_favorite")["order"]["customFields"],
            {"isFavorite": True, "favoriteName": "Weekly"},
        )
        order.is_favorite = False
        self.assertFalse(
            self.body("order_favorite")["order"]["customFields"]["isFavorite"]
        )

    @settings(max_examples=300, deadline=None)
    @given(
        total=st.integers(-(10**12), 10**12),
        weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=50),
    )
    def test_shares_add_up_and_are_at_most_a_cent_off(self, total, weights):
        parts = allocate(total, weights)
        self.assertEqual(sum(parts), total)
        whole = sum(weights) or len(weights)
        for part, weight in zip(parts, weights, strict=True):
            share = total * (weight if sum(weights) else 1) / whole
            self.assertLessEqual(abs(part - share), 1 + abs(share) * 1e-9)
