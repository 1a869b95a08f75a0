# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the transfers and credit notes of orders say of their lines."""

from collections import defaultdict

from odoo.tools import SQL

from .kits import get_kit_needs
from .quantities import Component, count_moved, count_served, get_delivery

# Each line of goods, with what has moved of each of its components.
MOVED = """
    SELECT line.order_id, line.id AS line_id, line.product_id, line.company_id,
           line.product_uom_qty * sold.factor / unit.factor AS ordered,
           moved.component,
           sum(moved.quantity) FILTER (WHERE moved.way = 'out') AS out,
           sum(moved.quantity) FILTER (WHERE moved.way = 'back') AS back,
           sum(moved.quantity) FILTER (WHERE moved.way = 'to_come') AS to_come,
           sum(moved.quantity) FILTER (WHERE moved.way = 'on_way_back') AS on_way_back,
           max(moved.moment) FILTER (WHERE moved.way = 'out') AS last_out,
           min(moved.moment) FILTER (WHERE moved.way = 'on_way_back') AS asked_back
      FROM sale_order_line line
      JOIN product_product product ON product.id = line.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
      JOIN uom_uom unit ON unit.id = template.uom_id
      JOIN uom_uom sold ON sold.id = line.product_uom_id
      LEFT JOIN (%(moves)s) AS moved
             ON moved.line_id = line.id
            AND (moved.component > 0 OR moved.product_id = line.product_id)
     WHERE line.order_id = ANY(%(ids)s) AND line.display_type IS NULL
       AND line.qty_delivered_method = 'stock_move'
     GROUP BY line.id, sold.factor, unit.factor, moved.component
"""
# The moves by which goods reach the customer, or come back. Of a delivery in several
# steps only the last one counts. What comes back without a change of the order, to be
# mended for example, counts neither on its way there nor on its way here.
MOVES = """
    SELECT move.sale_line_id AS line_id, move.product_id, %(component)s AS component,
           way.way,
           CASE WHEN move.state = 'done' THEN move.quantity * used.factor / unit.factor
                ELSE move.product_qty END AS quantity,
           CASE WHEN move.state = 'done'
                THEN LEAST(move.write_date, move.date + interval '1 second')
                ELSE move.create_date END AS moment
      FROM stock_move move
      JOIN sale_order_line line ON line.id = move.sale_line_id
      JOIN stock_location here ON here.id = move.location_id
      JOIN stock_location there ON there.id = move.location_dest_id
      LEFT JOIN stock_location final ON final.id = move.location_final_id
      LEFT JOIN stock_move origin ON origin.id = move.origin_returned_move_id
      JOIN product_product product ON product.id = move.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
      JOIN uom_uom unit ON unit.id = template.uom_id
      JOIN uom_uom used ON used.id = move.product_uom
      CROSS JOIN LATERAL (
          SELECT CASE
              WHEN here.usage = 'customer' AND there.usage != 'customer'
                   AND move.to_refund
              THEN CASE move.state WHEN 'done' THEN 'back'
                                   WHEN 'cancel' THEN 'cancelled'
                                   ELSE 'on_way_back' END
              WHEN here.usage != 'customer' AND move.state = 'done'
                   AND there.usage = 'customer'
                   AND (origin.id IS NULL OR origin.to_refund)
              THEN 'out'
              WHEN here.usage != 'customer' AND move.state NOT IN ('done', 'cancel')
                   AND 'customer' IN (there.usage, final.usage)
                   AND (origin.id IS NULL OR origin.to_refund)
                   AND NOT EXISTS (
                       SELECT FROM stock_move_move_rel rel
                         JOIN stock_move next ON next.id = rel.move_dest_id
                        WHERE rel.move_orig_id = move.id
                          AND next.state NOT IN ('done', 'cancel'))
              THEN 'to_come'
              WHEN here.usage != 'customer' THEN 'cancelled' END AS way
      ) AS way
     WHERE line.order_id = ANY(%(ids)s) AND way.way IS NOT NULL
"""
# Services: how much is done, and how much of it was credited at its full price. What
# is credited to be invoiced anew is not given back.
SERVED = """
    SELECT line.order_id, line.id AS line_id,
           line.product_uom_qty * sold.factor / unit.factor AS ordered,
           COALESCE(line.qty_delivered, 0) * sold.factor / unit.factor AS served,
           COALESCE(billed.credited, 0) - GREATEST(0, COALESCE(billed.invoiced, 0)
               - line.product_uom_qty * sold.factor / unit.factor) AS credited
      FROM sale_order_line line
      JOIN product_product product ON product.id = line.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
      JOIN uom_uom unit ON unit.id = template.uom_id
      JOIN uom_uom sold ON sold.id = line.product_uom_id
      LEFT JOIN LATERAL (
          SELECT sum(entry.quantity * used.factor / unit.factor)
                     FILTER (WHERE move.move_type = 'out_invoice') AS invoiced,
                 sum(entry.quantity * used.factor / unit.factor) FILTER (
                     WHERE move.move_type = 'out_refund' AND move.state = 'posted'
                       AND entry.price_unit * (100 - entry.discount) * sold.factor
                           >= 0.99 * line.price_unit * (100 - line.discount)
                              * used.factor
                 ) AS credited
            FROM sale_order_line_invoice_rel rel
            JOIN account_move_line entry ON entry.id = rel.invoice_line_id
            JOIN account_move move ON move.id = entry.move_id
            JOIN uom_uom used ON used.id = entry.product_uom_id
           WHERE rel.order_line_id = line.id AND move.state != 'cancel'
      ) AS billed ON TRUE
     WHERE line.order_id = ANY(%(ids)s) AND line.display_type IS NULL
       AND line.qty_delivered_method IS DISTINCT FROM 'stock_move'
"""

# In the order of the fields of a component.
WAYS = ("out", "back", "to_come", "on_way_back")


class FulfilmentReader:
    """Reads what has become of the lines of orders, many orders at once."""

    def __init__(self, env, ids):
        self.env = env
        self.ids = list(ids)

    def read_orders(self):
        """Return {order ID: ({line ID: Quantities}, delivery)} of all these orders.

        The delivery is "", "partial" or "full", see :mod:`quantities`.
        """
        self.env.flush_all()
        lines, moments = defaultdict(dict), defaultdict(list)
        for (order_id, line_id), rows in self.read_moved().items():
            lines[order_id][line_id] = self.count_moved(rows)
            moments[order_id] += [(row["last_out"], row["asked_back"]) for row in rows]
        for row in self.env.execute_query_dict(SQL(SERVED, ids=self.ids)):
            quantities = count_served(row["ordered"], row["served"], row["credited"])
            lines[row["order_id"]][row["line_id"]] = quantities
        return {
            order_id: (
                lines[order_id],
                get_delivery(lines[order_id].values(), _is_earlier(moments[order_id])),
            )
            for order_id in self.ids
        }

    def read_moved(self):
        """Return {(order ID, line ID): rows, one for each component}."""
        component = SQL("0")
        if "bom_line_id" in self.env["stock.move"]._fields:
            component = SQL("COALESCE(move.bom_line_id, 0)")
        moves = SQL(MOVES, component=component, ids=self.ids)
        found = defaultdict(list)
        for row in self.env.execute_query_dict(SQL(MOVED, moves=moves, ids=self.ids)):
            found[row["order_id"], row["line_id"]].append(row)
        return found

    def count_moved(self, rows):
        """Return the quantities of a line, from the rows of its components."""
        first = rows[0]
        rows_of = {row["component"]: row for row in rows}
        if None in rows_of:
            return count_moved(first["ordered"], [])
        needs = {0: 1}
        if any(rows_of):
            product = self.env["product.product"].browse(first["product_id"])
            needs = get_kit_needs(product, first["company_id"], filter(None, rows_of))
        components = [
            Component(need, *(rows_of.get(key, {}).get(way) or 0 for way in WAYS))
            for key, need in needs.items()
        ]
        return count_moved(first["ordered"], components)


def _is_earlier(moments):
    """Whether a return that is open had begun before the last goods left.

    :param moments: pairs: when goods last left, when a return was first asked for
    """
    left = [out for out, _back in moments if out]
    asked = [back for _out, back in moments if back]
    return bool(left and asked) and min(asked) < max(left)
