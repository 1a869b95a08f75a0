# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Orders of the past, as their live events have them."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests.common import tagged

from ...models.history import mindbox_import_orders_problems
from .common import ImportCase, read_file


@tagged("post_install", "-at_install")
class TestOrders(ImportCase):
    def test_products_without_an_id_or_with_the_same_are_told_by_name(self):
        self.patch(mindbox_import_orders_problems, "SHOWN_PRODUCTS", 1000)
        nameless, first, second = self.env["product.product"].create(
            [
                {"name": "Nameless"},
                {"name": "First", "default_code": "SAME"},
                {"name": "Second", "default_code": "SAME"},
            ]
        )
        self.place(nameless)
        self.place(first)
        self.place(second)
        self.endpoint.product_ref = "default_code"
        with self.assertRaisesRegex(UserError, "(?s)without.*Nameless.*same.*First"):
            self.start("orders")
        run = self.start("orders", accept_problems=True)
        self.work(run)
        self.assertIn("Nameless", " ".join(run.line_ids.mapped("reason")))

    def place(self, product, quantity=1, **values):
        values = {
            "partner_id": self.make_customers("Buyer").id,
            "order_line": [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": quantity,
                        "price_unit": 3.33,
                        "tax_ids": False,
                    }
                )
            ],
            **values,
        }
        order = self.env["sale.order"].create(values)
        order.action_confirm()
        return order

    def import_orders(self):
        run = self.start("orders", date_from=self.today - timedelta(1))
        self.work(run)
        header, rows = [], {}
        for call in self.mindbox.calls:
            header, *found = read_file(call)
            for row in found:
                cells = dict(zip(header, row, strict=True))
                rows.setdefault(cells["OrderIdswebsiteID"], []).append(cells)
        return run, rows

    def test_an_order_goes_as_its_live_event_has_it(self):
        product = self.env["product.product"].create({"name": "Goods"})
        order = self.place(product, 3)
        _run, rows = self.import_orders()
        [cells] = rows[order.name]
        body = order._mindbox_order_update_body(self.endpoint)["order"]
        [line] = body["lines"]
        self.assertEqual(float(cells["OrderTotalPrice"]), body["totalPrice"])
        self.assertEqual(
            float(cells["OrderLinePriceOfLine"]), line["discountedPricePerLine"]
        )
        self.assertEqual(cells["OrderLineQuantity"], "3")
        self.assertEqual(cells["OrderLineId"], line["lineId"])
        self.assertEqual(cells["OrderLineStatus"], "Confirmed")

    def test_the_cost_of_delivery_is_in_the_file_only_where_the_project_knows_it(self):
        order = self.place(self.env["product.product"].create({"name": "Goods"}))
        _run, rows = self.import_orders()
        self.assertNotIn("OrderDeliveryCost", rows[order.name][0])
        self.endpoint.import_delivery_cost = True
        _run, rows = self.import_orders()
        self.assertEqual(rows[order.name][-1]["OrderDeliveryCost"], "0.00")

    def test_a_file_of_orders_is_not_zipped(self):
        self.place(self.env["product.product"].create({"name": "Goods"}))
        self.import_orders()
        self.assertNotIn("Content-Encoding", self.mindbox.calls[0]["headers"])

    def test_cancelled_orders_have_that_status_and_quotations_do_not_go(self):
        goods = self.env["product.product"].create({"name": "G", "type": "consu"})
        cancelled, quotation = self.place(goods), self.place(goods).copy()
        cancelled._action_cancel()
        _run, rows = self.import_orders()
        self.assertEqual(rows[cancelled.name][0]["OrderLineStatus"], "Cancelled")
        self.assertNotIn(quotation.name, rows)

    def test_a_cancelled_cart_is_no_cancelled_order(self):
        goods = self.env["product.product"].create({"name": "G"})
        website = self.env["website"].search([], limit=1)
        line = Command.create({"product_id": goods.id})
        cart = self.env["sale.order"].create(
            {
                "partner_id": self.make_customers("Buyer").id,
                "website_id": website.id,
                "order_line": [line],
            }
        )
        cart._action_cancel()
        _run, rows = self.import_orders()
        self.assertNotIn(cart.name, rows)

    def test_an_order_whose_delivery_was_cancelled_is_not_delivered(self):
        goods = self.env["product.product"].create({"name": "G", "type": "consu"})
        warehouse = self.env["stock.warehouse"].search([], limit=1)
        warehouse.delivery_steps = "pick_ship"
        order = self.place(goods, 2)
        self.deliver(order.picking_ids)
        order.picking_ids.filtered(lambda p: p.state != "done").action_cancel()
        _run, rows = self.import_orders()
        [cells] = rows[order.name]
        self.assertEqual(cells["OrderLineStatus"], "Confirmed")

    def test_what_is_given_up_is_a_row_of_its_own(self):
        goods = self.env["product.product"].create({"name": "G", "type": "consu"})
        order = self.place(goods, 3)
        order.picking_ids.move_ids.write({"quantity": 2, "picked": True})
        order.picking_ids.with_context(cancel_backorder=True)._action_done()
        _run, rows = self.import_orders()
        told = [
            (c["OrderLineQuantity"], c["OrderLineStatus"]) for c in rows[order.name]
        ]
        self.assertEqual(told, [("2", "Delivered"), ("1", "Cancelled")])
        self.assertEqual(rows[order.name][0]["OrderTotalPrice"], "6.66")

    def test_what_came_back_is_a_row_of_its_own_and_adds_up_to_the_cent(self):
        goods = self.env["product.product"].create(
            {"name": "G", "type": "consu", "is_storable": True}
        )
        order = self.place(goods, 3)
        self.deliver(order.picking_ids)
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": order.picking_ids.id}
        )
        wizard.product_return_moves.write({"quantity": 1, "to_refund": True})
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        self.deliver(back)
        _run, rows = self.import_orders()
        kept, returned = rows[order.name]
        self.assertEqual(kept["OrderLineStatus"], "Delivered")
        self.assertEqual(returned["OrderLineStatus"], "Returned")
        self.assertEqual(kept["OrderLineQuantity"], "2")
        cents = [
            round(float(c["OrderLinePriceOfLine"]) * 100) for c in rows[order.name]
        ]
        self.assertEqual(sum(cents), 999)

    def deliver(self, pickings):
        for move in pickings.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        pickings._action_done()
