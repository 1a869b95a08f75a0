# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mapped fields in the files of an import and in the product feed."""

from odoo.tests import tagged

from ..feed.common import FeedCase
from ..history.common import ImportCase


@tagged("post_install", "-at_install")
class TestImport(ImportCase):
    def map(self, model, path, name, value_type="text", **vals):
        values = {"endpoint_id": self.endpoint.id, "model": model, "path": path}
        values |= {"name": name, "value_type": value_type}
        self.env["mindbox.field.map"].create(values | vals)

    def get_rows(self, kind):
        """Return the rows of the file as dicts by the names of its columns."""
        self.env.flush_all()
        run = self.make_import(kind)
        reader = run._get_reader()
        [file] = reader._files
        ids = reader._find_ids(run, 0, reader._count(run)[1], 500)
        header = reader._get_header(run, file)
        items = reader._read(run, file, ids)
        return [
            dict(zip(header, row, strict=True)) for item in items for row in item.rows
        ], items

    def test_customers_have_a_column_for_each(self):
        self.map("res.partner", "city", "town", when_empty="clear")
        self.map("res.partner", "is_company", "firm", "flag")
        anna = self.make_customers("Anna")
        anna.city = "Omsk"
        berta = self.make_customers("Berta")
        rows, items = self.get_rows("customers")
        rows = {int(row[next(iter(row))]): row for row in rows}
        self.assertEqual(rows[anna.id]["CustomFieldtown"], "Omsk")
        self.assertEqual(rows[anna.id]["CustomFieldfirm"], "false")
        self.assertEqual(rows[berta.id]["CustomFieldtown"], "%CLEAR%")
        sender = self.endpoint._with_sender(anna)
        live = self.env["mindbox.ledger"]._get_digest(
            sender._mindbox_profile(self.endpoint)
        )
        [told] = [item.told for item in items if item.id == anna.id]
        self.assertEqual(told["digest"], live, "as a live event tells it")

    def test_orders_and_lines_have_theirs(self):
        self.map("sale.order", "client_order_ref", "reference")
        self.map("sale.order.line", "product_uom_qty", "pieces", "number")
        buyer = self.make_customers("Buyer")
        product = self.env["product.product"].create({"name": "Lamp"})
        order = self.env["sale.order"].create(
            {
                "partner_id": buyer.id,
                "client_order_ref": "A-1",
                "order_line": [
                    (0, 0, {"product_id": product.id, "product_uom_qty": n})
                    for n in (1, 2.5)
                ],
            }
        )
        order.action_confirm()
        rows, _items = self.get_rows("orders")
        rows = [row for row in rows if row[next(iter(row))] == order.name]
        self.assertEqual([r["OrderCustomFieldreference"] for r in rows], ["A-1"] * 2)
        self.assertEqual([r["OrderLineCustomFieldpieces"] for r in rows], ["1", "2.5"])


@tagged("post_install", "-at_install")
class TestFeed(FeedCase):
    def test_products_have_a_parameter_for_each(self):
        self.env["mindbox.field.map"].create(
            {
                "endpoint_id": self.endpoint.id,
                "model": "product.product",
                "path": "weight",
                "name": "weight",
                "value_type": "number",
            }
        )
        self.product.weight = 2.5
        offer = self.offers()[str(self.product.id)]
        params = {param.get("name"): param.text for param in offer.iter("param")}
        self.assertEqual(params, {"weight": "2.5"})
