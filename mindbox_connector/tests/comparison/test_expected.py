# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rules in SQL are those by which events are recorded."""

import json

from odoo.tests import new_test_user, tagged

from ...models.comparison.expectation import get_expected
from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestExpected(SourceCase):
    """The rules in SQL are those by which events are recorded."""

    def expected(self):
        return {(row[0], row[1]): row for row in self.get_rows(self.endpoint)}

    def get_rows(self, endpoint):
        self.env.flush_all()
        query = get_expected(endpoint, endpoint._get_told_kinds())
        return self.env.execute_query(query)

    def test_the_total_is_the_one_of_the_body(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        usd = self.env.ref("base.USD")
        (euro if self.endpoint.currency_id == usd else usd).active = True
        foreign = euro if self.endpoint.currency_id != euro else usd
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": foreign.id}
        )
        orders = self.make_order((self.other_product, 3), (self.product, 1))
        orders |= self.make_order(
            (self.other_product, 7, {"price_unit": 33.335}), pricelist_id=pricelist.id
        )
        orders.action_confirm()
        found = self.expected()
        for order in orders:
            body = self.endpoint._with_sender(order)._mindbox_totals(self.endpoint)
            amount = found["orders", order.id][4]
            self.assertEqual(float(amount), body["totalPrice"], order.currency_id.name)

    def test_delivery_is_left_out_where_the_total_leaves_it_out(self):
        self.endpoint.delivery_in_total = False
        order = self.make_order((self.product, 1), (self.other_product, 1))
        order.order_line[1].is_delivery = True
        order.action_confirm()
        body = self.endpoint._with_sender(order)._mindbox_totals(self.endpoint)
        self.assertEqual(
            float(self.expected()["orders", order.id][4]), body["totalPrice"]
        )

    def test_who_is_no_customer_is_not_expected(self):
        partners = self.env["res.partner"]
        address = partners.create(
            {
                "name": "Street",
                "type": "delivery",
                "email": "a@example.com",
                "parent_id": self.customer.id,
            }
        )
        nobody = partners.create({"name": "No contact"})
        employee = new_test_user(self.env, "mbx_employee").partner_id
        employee.email = "employee@example.com"
        quotation = self.make_order((self.product, 1))
        order = self.make_order((self.product, 1), partner=address)
        order.action_confirm()
        found = self.expected()
        self.assertIn(("customers", self.customer.id), found)
        for partner in (address, nobody, employee):
            self.assertNotIn(("customers", partner.id), found)
        self.assertNotIn(("orders", quotation.id), found)
        self.assertEqual(found["orders", order.id][2], self.customer.id)

    def test_excluded_customers_and_their_orders_are_not_expected(self):
        order = self.make_order((self.product, 1))
        order.action_confirm()
        self.endpoint.customer_domain = "[('name', '!=', 'Anna Ivanova')]"
        found = self.expected()
        self.assertNotIn(("customers", self.customer.id), found)
        self.assertNotIn(("orders", order.id), found)

    def test_a_kind_that_is_switched_off_is_not_expected(self):
        operations = self.endpoint.operation_ids
        operations.filtered(lambda o: o.event == "order_create").active = False
        order = self.make_order((self.product, 1))
        order.action_confirm()
        self.assertNotIn("orders", {kind for kind, _id in self.expected()})

    def test_each_website_and_company_has_its_own(self):
        company = self.env["res.company"].create({"name": "Second"})
        second = self.endpoint.copy(
            {"company_id": company.id, "endpoint_code": "Second.Website"}
        )
        second.secret_key = "key"
        second.action_start()
        mine = self.env["res.partner"].create(
            {"name": "M", "email": "m@example.com", "company_id": company.id}
        )
        theirs = self.expected()
        own = {(row[0], row[1]) for row in self.get_rows(second)}
        self.assertIn(("customers", mine.id), own)
        self.assertNotIn(("customers", mine.id), theirs)
        self.assertIn(("customers", self.customer.id), theirs)
        self.assertNotIn(("customers", self.customer.id), own)

    def test_an_order_with_a_return_is_expected_with_what_is_left(self):
        run = self.env["mindbox.reconciliation"].create(
            {"endpoint_id": self.endpoint.id}
        )
        self.product.is_storable = True
        order = self.make_order((self.product, 3))
        order.action_confirm()
        self.move(order.picking_ids)
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": order.picking_ids.id}
        )
        wizard.product_return_moves.quantity = 1
        action = wizard.action_create_returns()
        self.move(self.env["stock.picking"].browse(action["res_id"]))
        run._fill_comparison()
        self.env.cr.execute(
            "SELECT amount FROM mindbox_comparison"
            " WHERE kind = 'orders' AND res_id = %s",
            (order.id,),
        )
        self.assertEqual(self.env.cr.fetchone(), (200,))

    def move(self, pickings):
        for move in pickings.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        pickings._action_done()

    def pay(self, order):
        provider = self.env["payment.provider"].search(
            [("code", "=", "demo"), ("company_id", "=", order.company_id.id)], limit=1
        )
        provider.state = "test"
        tx = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": provider.payment_method_ids[:1].id,
                "amount": order.amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "sale_order_ids": [(4, order.id)],
            }
        )
        tx._set_done()
        tx._post_process()

    def test_who_pays_after_the_delivery_has_it_delivered_still(self):
        """Live events end in the state that is expected, and imported."""
        self.product.is_storable = True
        order = self.make_order((self.product, 1))
        order.action_confirm()
        order.picking_ids.move_ids.write({"quantity": 1, "picked": True})
        order.picking_ids._action_done()
        self.recorded()
        self.pay(order)
        told = [json.loads(r.payload) for r in self.recorded("order_status")]
        self.assertEqual([body["orderLinesStatus"] for body in told], ["Delivered"])
        self.assertEqual(self.expected()["orders", order.id][7], {"": "Delivered"})
