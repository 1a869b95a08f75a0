# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an order tells beside its content: statuses, what is paid, the delivery."""

from odoo.tests import tagged

from ..sources import SourceCase


@tagged("post_install", "-at_install")
class TestOrderTold(SourceCase):
    def test_a_new_order_carries_its_status_in_its_lines(self):
        order = self.make_order((self.product, 1))
        order.action_confirm()
        rows = self.recorded()
        self.assertEqual(rows.mapped("event"), ["order_create", "order_update"])
        [line] = self.build(rows[0])["order"]["lines"]
        self.assertEqual(line["status"], "Confirmed")
        self.endpoint.line_status = "object"
        [line] = self.told(order)["lines"]
        self.assertEqual(line["status"], {"ids": {"externalId": "Confirmed"}})

    def test_where_lines_carry_none_each_status_has_its_call(self):
        self.endpoint.line_status = "none"
        self.make_order((self.product, 1)).action_confirm()
        rows = self.recorded()
        statuses = [self.build(row)["orderLinesStatus"] for row in rows[2:]]
        self.assertEqual(statuses, ["Created", "Confirmed"])
        self.assertNotIn("status", self.build(rows[0])["order"]["lines"][0])

    def test_an_order_that_mindbox_knows_is_updated_when_it_is_placed_again(self):
        order = self.make_order((self.product, 1))
        order.action_confirm()
        self.env["mindbox.ledger"]._acknowledge(
            self.endpoint,
            "orders",
            [{"res_id": order.id, "partner_id": self.customer.id}],
        )
        order._action_cancel()
        order.action_draft()
        self.recorded()
        order.action_confirm()
        sender = self.endpoint._with_sender(order)
        values = self.endpoint._build_values(sender, "order_create", order.date_order)
        self.assertEqual(values["event"], "order_update")

    def test_the_total_is_left_out_where_mindbox_adds_it_up(self):
        self.endpoint.send_total = False
        self.make_order((self.product, 1)).action_confirm()
        self.assertNotIn("totalPrice", self.body("order_create")["order"])

    def test_a_cancelled_order_costs_nothing(self):
        order = self.make_order((self.product, 1))
        order.action_confirm()
        self.recorded()
        order._action_cancel()
        update = self.build(self.recorded("order_update"))["order"]
        self.assertEqual(update["totalPrice"], 0)
        self.assertEqual(update["lines"][0]["status"], "Cancelled")

    def test_what_came_back_is_a_line_of_its_own_and_off_the_total(self):
        self.product.is_storable = True
        order = self.make_order((self.product, 3))
        order.action_confirm()
        self.move(order.picking_ids)
        self.recorded()
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": order.picking_ids.id}
        )
        wizard.product_return_moves.write({"quantity": 1, "to_refund": True})
        back = wizard.action_create_returns()["res_id"]
        self.move(self.env["stock.picking"].browse(back))
        rows = self.recorded()
        self.assertEqual(rows.mapped("event"), ["order_update"])
        update = self.build(rows)["order"]
        told = [
            (line["lineId"], line["lineNumber"], line["quantity"], line["status"])
            for line in update["lines"]
        ]
        line_id = str(order.order_line.id)
        self.assertEqual(
            told, [(line_id, 1, 2, "Delivered"), (line_id, 2, 1, "Returned")]
        )
        self.assertEqual(update["totalPrice"], 200)

    def told(self, order):
        record = self.endpoint._with_sender(order)
        return record._mindbox_order_update_body(self.endpoint)["order"]

    def move(self, pickings):
        for move in pickings.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        pickings._action_done()

    def test_delivery_and_area_are_told_where_the_project_wants_them(self):
        order = self.make_order((self.product, 1))
        order.carrier_id = self.env["delivery.carrier"].search([], limit=1)
        order.partner_shipping_id.write({"city": "Omsk"})
        self.assertTrue({"customFields", "area"}.isdisjoint(self.told(order)))
        self.endpoint.write({"delivery_type_field": "deliveryType", "area_ref": "city"})
        told = self.told(order)
        delivery = {"deliveryType": order.carrier_id.name}
        self.assertEqual(told["customFields"], delivery)
        self.assertEqual(told["area"], {"ids": {"externalId": "Omsk"}})
