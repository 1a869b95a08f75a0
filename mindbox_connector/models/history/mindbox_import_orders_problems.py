# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is wrong with the products of orders, told before anything is sent."""

from odoo import models
from odoo.tools import SQL

from ...labels import get_labels

SHOWN_PRODUCTS = 5


class MindboxImportOrders(models.AbstractModel):
    _name = "mindbox.import.orders"
    _inherit = ["mindbox.import.orders"]

    def _find_problems(self, run):
        if run.endpoint_id.product_ref == "id":
            return []
        label = get_labels(run.endpoint_id, "product_ref")[run.endpoint_id.product_ref]
        problems = []
        if nameless := self._find_products(
            run, SQL("count(*) FILTER (WHERE ref = '')")
        ):
            problems.append(
                self.env._(
                    "Products in these orders without %(reference)s: %(products)s. "
                    "Orders with them would be rejected.",
                    reference=label,
                    products=nameless,
                )
            )
        if doubles := self._find_products(
            run, SQL("CASE WHEN ref != '' THEN count(*) - 1 END")
        ):
            problems.append(
                self.env._(
                    "Products in these orders with the same %(reference)s: "
                    "%(products)s. Mindbox would take them for one.",
                    reference=label,
                    products=doubles,
                )
            )
        return problems

    def _find_products(self, run, fault):
        """Return the names of products whose reference has a fault, or ""."""
        self._flush()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT array_agg(id ORDER BY id) FROM (
                    SELECT product.id, COALESCE(%(reference)s::varchar, '') AS ref
                      FROM product_product product
                     WHERE EXISTS (
                         SELECT FROM %(orders)s AND EXISTS (
                             SELECT FROM sale_order_line line
                              WHERE line.order_id = record.id
                                AND line.display_type IS NULL
                                AND line.product_id = product.id))
                ) used GROUP BY ref HAVING %(fault)s > 0
                """,
                reference=SQL.identifier("product", run.endpoint_id.product_ref),
                orders=self._from(run),
                fault=fault,
            )
        )
        ids = [product_id for (group,) in rows for product_id in group]
        products = self.env["product.product"].browse(ids)
        names = products[:SHOWN_PRODUCTS].mapped("display_name")
        more = ["…"] if len(ids) > SHOWN_PRODUCTS else []
        return ", ".join(names + more)
