# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the database says of orders: rows of dicts, many orders at once."""

from collections import defaultdict

from odoo import models
from odoo.tools import SQL


class MindboxImportOrders(models.AbstractModel):
    _name = "mindbox.import.orders"
    _inherit = ["mindbox.import.orders"]

    def _get_orders(self, run, ids):
        scope, sale = self.env["mindbox.scope"], SQL.identifier("sale")
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT sale.id, %(reference)s::varchar AS reference,
                       sale.mindbox_customer_id AS customer_id,
                       sale.date_order, sale.amount_total::float8, sale.currency_id,
                       GREATEST(sale.date_order, sale.write_date) AS changed_at,
                       sale.state, sale.delivery_status, %(paid)s AS paid,
                       %(on_its_way)s AS with_carrier, %(returned)s AS returned
                  FROM (%(orders)s) AS sale WHERE sale.id = ANY(%(ids)s)
                 ORDER BY sale.id
                """,
                reference=SQL.identifier("sale", run.endpoint_id.order_ref),
                paid=scope._is_paid(sale),
                on_its_way=scope._is_on_its_way(sale),
                returned=scope._is_returned(sale),
                orders=self._relation(run),
                ids=ids,
            )
        )

    def _get_lines(self, run, ids):
        """Return {order ID: rows of its lines}, each saying whether it is plain goods.

        Plain goods need none of the rules for rewards, discounts, units and returns.
        """
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id, line.order_id, line.price_total::float8,
                       line.product_uom_qty::float8 AS quantity,
                       line.discount::float8, line.product_id, line.is_delivery,
                       %(reference)s::varchar AS product_ref,
                       line.product_id IS NOT NULL
                       AND line.is_downpayment IS NOT TRUE
                       AND line.reward_id IS NULL
                       AND line.price_total >= 0 AND line.product_uom_qty > 0
                       AND COALESCE(line.discount, 0) < 100
                       AND line.product_uom_id = template.uom_id
                       AND template.type != 'combo' AS is_plain
                  FROM sale_order_line line
                  LEFT JOIN product_product product ON product.id = line.product_id
                  LEFT JOIN product_template template
                         ON template.id = product.product_tmpl_id
                 WHERE line.order_id = ANY(%(ids)s) AND line.display_type IS NULL
                 ORDER BY line.order_id, line.sequence, line.id
                """,
                reference=SQL.identifier("product", run.endpoint_id.product_ref),
                ids=ids,
            )
        )
        lines = defaultdict(list)
        for row in rows:
            lines[row["order_id"]].append(row)
        return lines
