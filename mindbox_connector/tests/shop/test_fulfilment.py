# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What transfers make of an order, as it is told."""

import json

from odoo.tests import tagged

from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestFulfilment(SourceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.product | cls.other_product).is_storable = True

    def place(self, quantity=1, **vals):
        order = self.make_order((self.product, quantity), **vals)
        order.action_confirm()
        self.recorded()
        return order

    def move(self, pickings, quantity=None, **context):
        """Validate transfers, with all or some of what they hold."""
        for move in pickings.move_ids:
            done = move.product_uom_qty if quantity is None else quantity
            move.write({"quantity": done, "picked": True})
        pickings.with_context(**context)._action_done()

    def wizard(self, picking, quantity):
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = quantity
        return wizard

    def ask_back(self, picking, quantity=1):
        action = self.wizard(picking, quantity).action_create_returns()
        return self.env["stock.picking"].browse(action["res_id"])

    def parts(self, order):
        """Return the told lines as (quantity, status), and the total."""
        record = self.endpoint._with_sender(order)
        told = record._mindbox_order_update_body(self.endpoint)["order"]
        lines = [(line["quantity"], line["status"]) for line in told["lines"]]
        return lines, told["totalPrice"]

    def statuses(self):
        """Return the statuses that are told on their own, as bodies."""
        rows = self.recorded("order_status")
        return [json.loads(row.payload) for row in rows if row.payload]

    def is_told_by_lines(self):
        """Whether the order is told, and no status beside it.

        A status for some of a line would be one of what is given up of it, too, where
        Mindbox has heard of that before.
        """
        rows = self.recorded()
        statuses = rows.filtered(lambda r: r.event == "order_status" and r.payload)
        return "order_update" in rows.mapped("event") and not statuses

    def test_a_product_added_after_a_return_does_not_unreturn_the_goods(self):
        order = self.place(3)
        self.move(order.picking_ids)
        self.move(self.ask_back(order.picking_ids))
        self.assertEqual(self.parts(order), ([(2, "Delivered"), (1, "Returned")], 200))
        self.write_line(order, self.other_product)
        lines, total = self.parts(order)
        self.assertIn((1, "Returned"), lines)
        self.assertEqual(total, 233.33)

    def write_line(self, order, product):
        values = {"order_id": order.id, "product_id": product.id}
        return self.env["sale.order.line"].create(values)

    def test_where_lines_carry_no_status_a_change_tells_the_return_again(self):
        self.endpoint.line_status = "none"
        order = self.place(3)
        self.move(order.picking_ids)
        self.move(self.ask_back(order.picking_ids))
        self.recorded()
        self.write_line(order, self.other_product)
        told = [
            [(line["quantity"], line["status"]) for line in body["order"]["lines"]]
            for body in self.statuses()
        ]
        self.assertEqual(
            told, [[(2, "Confirmed"), (1, "Confirmed")], [(1, "Returned")]]
        )

    def test_a_line_added_later_gets_a_status(self):
        self.endpoint.line_status = "none"
        order = self.place()
        self.write_line(order, self.other_product)
        [body] = self.statuses()
        self.assertEqual(body["orderLinesStatus"], "Confirmed")

    def test_shipped_is_not_told_while_an_earlier_return_is_open(self):
        order = self.place(5)
        first = order.picking_ids
        self.move(first, 2)
        back = self.ask_back(first)
        # It was asked for before the rest leaves.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move SET create_date = create_date - interval '1 day'"
            " WHERE id = ANY(%s)",
            (back.move_ids.ids,),
        )
        self.recorded()
        self.move(order.picking_ids - first - back)
        self.assertFalse(self.statuses())
        self.move(back)
        self.assertTrue(self.is_told_by_lines())
        self.assertEqual(self.parts(order), ([(4, "Delivered"), (1, "Returned")], 400))

    def test_what_is_given_up_is_cancelled_and_only_the_rest_is_delivered(self):
        order = self.place(5)
        self.move(order.picking_ids, 3, cancel_backorder=True)
        self.assertTrue(self.is_told_by_lines())
        self.assertEqual(self.parts(order), ([(3, "Delivered"), (2, "Cancelled")], 300))

    def test_a_backorder_that_is_cancelled_ends_the_delivery(self):
        order = self.place(5)
        first = order.picking_ids
        self.move(first, 3)
        self.recorded()
        (order.picking_ids - first).action_cancel()
        self.assertTrue(self.is_told_by_lines())
        self.assertEqual(self.parts(order)[1], 300)

    def test_an_exchange_is_delivered_again(self):
        order = self.place()
        self.move(order.picking_ids)
        self.recorded()
        first = order.picking_ids
        self.wizard(first, 1).action_create_exchanges()
        back = order.picking_ids.filtered("return_id")
        again = order.picking_ids - first - back
        self.move(back)
        self.assertEqual(self.parts(order), ([(1, "Confirmed")], 100))
        self.move(again)
        self.assertEqual(self.parts(order), ([(1, "Delivered")], 100))
        self.assertEqual(self.statuses()[-1]["orderLinesStatus"], "Delivered")

    def test_what_is_planned_anew_is_not_gone_any_more(self):
        order = self.place(2)
        self.move(order.picking_ids)
        self.move(self.ask_back(order.picking_ids))
        self.assertEqual(self.parts(order)[1], 100)
        self.recorded()
        back = order.picking_ids.filtered("return_id")
        self.ask_back(back)
        self.assertTrue(self.recorded("order_update"))
        self.assertEqual(self.parts(order), ([(2, "Confirmed")], 200))

    def test_a_quantity_lowered_after_a_return_loses_nothing_twice(self):
        order = self.place(5)
        self.move(order.picking_ids)
        self.move(self.ask_back(order.picking_ids, 2))
        order.order_line.product_uom_qty = 3
        self.assertEqual(self.parts(order), ([(3, "Delivered")], 300))

    def test_of_a_delivery_in_two_steps_only_the_last_one_counts(self):
        warehouse = self.env["stock.warehouse"].search([], limit=1)
        warehouse.delivery_steps = "pick_ship"
        order = self.place(2)
        self.move(order.picking_ids)
        self.assertEqual(self.parts(order)[0], [(2, "Confirmed")])
        rest = order.picking_ids.filtered(lambda p: p.state != "done")
        self.move(rest)
        self.assertEqual(self.parts(order)[0], [(2, "Delivered")])

    def test_a_cancelled_delivery_after_its_first_step_is_no_delivery(self):
        warehouse = self.env["stock.warehouse"].search([], limit=1)
        warehouse.delivery_steps = "pick_ship"
        order = self.place(2)
        self.move(order.picking_ids)
        order.picking_ids.filtered(lambda p: p.state != "done").action_cancel()
        self.assertEqual(self.parts(order), ([(2, "Confirmed")], 200))
        self.assertNotIn("delivered", order._mindbox_reached())

    def test_a_correction_of_what_has_left_is_told(self):
        order = self.place(3)
        self.move(order.picking_ids)
        self.recorded()
        order.picking_ids.move_ids.quantity = 2
        self.assertTrue(self.recorded("order_update"))
        self.assertEqual(self.parts(order), ([(2, "Delivered"), (1, "Cancelled")], 200))

    def test_nothing_but_its_end_is_told_of_a_cancelled_order(self):
        order = self.place(5)
        first = order.picking_ids
        self.move(first, 3)
        self.recorded()
        order._action_cancel()
        self.assertTrue(self.is_told_by_lines())
        lines, total = self.parts(order)
        self.assertEqual(({status for _n, status in lines}, total), ({"Cancelled"}, 0))
