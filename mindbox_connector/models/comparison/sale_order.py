# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools import SQL

from ..capture.mindbox_scope import RECORD
from ..shop.standing import Standing
from .order_status import get_status, has_moved
from .order_total import PRICE, cents, get_delivery_cents, get_rates


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order"]

    def _mindbox_expected(self, endpoint):
        """Orders that are placed, and what Mindbox knows of those that were cancelled.

        What was cancelled costs nothing; of what else is not kept as it was ordered,
        the lines are counted afterwards.
        """
        scope, sale = self.env["mindbox.scope"], SQL.identifier("sale")
        which = SQL(
            "(%s OR record.state = 'cancel' AND %s)",
            scope._is_placed(RECORD),
            scope._is_known("orders", SQL("record.id")),
        )
        return SQL(
            """
            SELECT sale.id AS res_id, sale.mindbox_customer_id AS partner_id,
                   sale.date_order::date AS date,
                   CASE WHEN sale.state = 'cancel' THEN 0 WHEN NOT %(divided)s
                        THEN (%(total)s - %(delivery)s)::numeric / 100 END AS amount,
                   sale.write_date AS changed_at, sale.create_date AS created_at,
                   CASE WHEN sale.state = 'cancel' AND NOT %(moved)s
                          OR sale.state != 'cancel' AND NOT %(divided)s
                        THEN jsonb_build_object('', %(status)s) END AS state
              FROM (%(orders)s) AS sale
              LEFT JOIN (%(rates)s) AS rate
                     ON rate.currency_id = sale.currency_id
                    AND rate.company_id = sale.company_id
                    AND rate.date = sale.date_order::date
            """,
            orders=scope._get_orders(endpoint, which),
            divided=scope._may_be_divided(sale),
            moved=has_moved(sale),
            status=get_status(endpoint, sale),
            total=cents(SQL("%s * COALESCE(rate.rate, 1)", PRICE)),
            delivery=get_delivery_cents(endpoint),
            rates=get_rates(endpoint),
        )

    def _mindbox_send_again(self, endpoint, kind, missing):
        """Place the orders that are missing, with all they have come to."""
        known = self - missing
        known._mindbox_mark("order_update")
        if not endpoint._tells_status_in_lines():
            known._mindbox_mark("order_status")
        for order in missing:
            order._mindbox_mark("order_create")
            for milestone in reversed(order._mindbox_reached()):
                # That it was placed is what the order itself tells.
                if milestone != "created":
                    order._mindbox_mark("order_status", milestone=milestone)
            order._mindbox_mark_gone(Standing(order).parts)
