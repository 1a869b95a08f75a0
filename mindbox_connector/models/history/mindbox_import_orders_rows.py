# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the database says of orders: rows of dicts, many orders at once."""

from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ..shop.amounts import to_cents
from ..shop.fulfilment import FulfilmentReader
from ..shop.money import count_money
from ..shop.payments import PaymentReader


class MindboxImportOrders(models.AbstractModel):
    _name = "mindbox.import.orders"
    _inherit = ["mindbox.import.orders"]

    def _get_orders(self, run, ids):
        """Return the orders, with how far they are delivered and whether paid."""
        fulfilments = FulfilmentReader(self.env, ids).read_orders()
        payments = PaymentReader(self.env, ids).read_orders()
        rows = self._read_orders(run, ids)
        for row in rows:
            _lines, row["delivery"] = fulfilments[row["id"]]
            facts, _billed = payments[row["id"]]
            money = count_money(to_cents(row["amount_total"]), 0, facts)
            row["paid"] = money.is_paid
        return rows

    def _read_orders(self, run, ids):
        scope, sale = self.env["mindbox.scope"], SQL.identifier("sale")
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT sale.id, %(reference)s::varchar AS reference,
                       sale.mindbox_customer_id AS customer_id,
                       %(person)s AS person_id,
                       sale.date_order, sale.amount_total::float8, sale.currency_id,
                       GREATEST(sale.date_order, sale.write_date) AS changed_at,
                       sale.state, %(on_its_way)s AS with_carrier,
                       %(divided)s OR sale.amount_total = 0 AS divided
                  FROM (%(orders)s) AS sale WHERE sale.id = ANY(%(ids)s)
                 ORDER BY sale.id
                """,
                reference=SQL.identifier("sale", run.endpoint_id.order_ref),
                divided=scope._may_be_divided(sale),
                person=scope._get_person(
                    run.endpoint_id, SQL("sale.mindbox_customer_id")
                ),
                on_its_way=scope._is_on_its_way(sale),
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
