# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.tools import SQL

from ...exceptions import MindboxSkipped
from ..capture.mindbox_scope import RECORD
from ..shop.amounts import allocate, order_line_part, to_cents, undiscounted
from ..shop.milestones import get_milestones
from ..shop.standing import Standing, read_together
from .mindbox_import_customers import as_day
from .mindbox_import_reader import Item, money, text

MILESTONE_COLUMNS = ("state", "paid", "delivery", "with_carrier")


class MindboxImportOrders(models.AbstractModel):
    """Orders as they are in the end: a row of the file is a line with its status."""

    _name = "mindbox.import.orders"
    _description = "Import of Orders"
    _inherit = "mindbox.import.reader"
    _source = "sale.order"
    _files = ("orders",)
    _ledger = "orders"

    # === WHICH RECORDS === #

    def _relation(self, run):
        """Return the orders that were placed, even if they were cancelled."""
        scope = self.env["mindbox.scope"]
        which = SQL(
            """
            (%(placed)s OR record.state = 'cancel' AND %(cancelled)s AND %(was_placed)s)
            """,
            placed=scope._is_placed(RECORD),
            was_placed=scope._was_placed(RECORD),
            cancelled=run.include_cancelled,
        )
        return scope._get_orders(run.endpoint_id, which)

    def _scope(self, run):
        dates = self._between(run, SQL("record.date_order"))
        return SQL("%s AND %s", dates, self._on_website(run, SQL("record.website_id")))

    # === THEIR ROWS === #

    def _get_header(self, run, file):
        endpoint = run.endpoint_id
        more = ["OrderLineId", "OrderLineBasePricePerItem"]
        return [
            f"OrderIds{endpoint.order_id_name}",
            f"CustomerIds{endpoint.customer_id_name}",
            "OrderCreationDateTimeUtc",
            "OrderLastUpdateDateTimeUtc",
            "OrderTotalPrice",
            f"OrderLineProductIds{endpoint.product_id_name}",
            "OrderLineQuantity",
            "OrderLinePriceOfLine",
            "OrderLineStatus",
            *(more if run.more_columns else ()),
            *(["OrderDeliveryCost"] if endpoint.import_delivery_cost else ()),
            *endpoint._get_custom_columns("sale.order"),
            *endpoint._get_custom_columns("sale.order.line"),
        ]

    def _get_items(self, run, file, ids):
        rows = self._get_orders(run, ids)
        lines = self._get_lines(run, ids)
        others = self._get_others(run, rows, lines)
        custom = self._read_custom_cells(run, ids, lines)

        def make(row):
            order = self._get_order(run, row, lines[row["id"]], others)
            cells = self._get_cells(run, row, order, custom)
            return Item(row["id"], cells, self._get_told(run, row, order))

        return [self._try(row["id"], lambda row=row: make(row)) for row in rows]

    def _is_plain(self, run, row, lines):
        """Whether an order needs none of the rules that live events have for it."""
        return (
            not row["divided"]
            and row["currency_id"] == run.endpoint_id.currency_id.id
            and all(
                line["is_plain"] and (line["product_ref"] or line["is_delivery"])
                for line in lines
            )
        )

    def _get_others(self, run, rows, lines):
        """Return {ID: order} of the orders that are not plain, to be read together."""
        ids = [r["id"] for r in rows if not self._is_plain(run, r, lines[r["id"]])]
        orders = run.endpoint_id._with_sender(self.env["sale.order"].browse(ids))
        return {order.id: order for order in read_together(orders)}

    def _get_order(self, run, row, lines, others):
        """Return totals and divided lines of an order, as a live event has them.

        :raise MindboxRejected: a product has no ID by the chosen reference
        """
        order = others.get(row["id"])
        if order is None:
            return _get_plain_order(run.endpoint_id, row, lines)
        standing = Standing(order)
        row["paid"] = standing.is_paid
        return {
            **order._mindbox_totals(run.endpoint_id, standing),
            "lines": order._mindbox_divided(run.endpoint_id, standing),
        }

    def _read_custom_cells(self, run, ids, lines):
        """Return {model: {ID: cells}} of the mapped fields of orders and lines."""
        line_ids = [line["id"] for order_id in ids for line in lines[order_id]]
        return {
            records._name: run.endpoint_id._read_custom_cells(records)
            for records in (
                self.env["sale.order"].browse(ids),
                self.env["sale.order.line"].browse(line_ids),
            )
        }

    def _get_cells(self, run, row, order, custom):
        statuses = run.endpoint_id._get_statuses()
        status = self._get_status(statuses, row)
        if not order["lines"]:
            raise MindboxSkipped("no_products")
        moment = run.endpoint_id._format_moment
        head = [
            row["reference"],
            str(row["person_id"]),
            moment(row["date_order"]),
            moment(row["changed_at"]),
            money(order["totalPrice"]),
        ]
        with_delivery = run.endpoint_id.import_delivery_cost
        delivery = [money(order["deliveryCost"])] if with_delivery else []
        status_of = run.endpoint_id._get_part_statuses(status)
        cells = []
        for parts in order["lines"]:
            for kind, part in parts.items():
                (product,) = part["product"]["ids"].values()
                price = money(part["discountedPricePerLine"])
                more = [part["lineId"], money(part["basePricePerItem"])]
                own = [product, text(part["quantity"]), price, status_of[kind]]
                more = more if run.more_columns else []
                mapped = [
                    *custom["sale.order"].get(row["id"], ()),
                    *custom["sale.order.line"].get(int(part["lineId"]), ()),
                ]
                cells.append([*head, *own, *more, *delivery, *mapped])
        return cells

    def _get_status(self, statuses, row):
        """Return the final status of an order's lines.

        :raise MindboxSkipped: none is mapped
        """
        reached = get_milestones(**{name: row[name] for name in MILESTONE_COLUMNS})
        status = next((statuses[m] for m in reached if statuses.get(m)), None)
        if not status:
            raise MindboxSkipped("status_unmapped", milestone=reached[0])
        return status

    def _get_told(self, run, row, order):
        status = self._get_status(run.endpoint_id._get_statuses(), row)
        return {
            "res_id": row["id"],
            "partner_id": row["customer_id"],
            "reference": row["reference"],
            "date": as_day(row["date_order"]),
            "amount": order["totalPrice"],
            "state": {"": status},
        }

    # === RECORD BY RECORD === #

    def _prepare_requests(self, run, records):
        requests = []
        for order in records:
            requests.append(
                run._prepare_request(order, "order_create", order.date_order)
            )
            if run.endpoint_id._tells_status_in_lines():
                continue
            requests.append(run._prepare_request(order, "order_status"))
            gone = order._mindbox_gone_lines(Standing(order).parts)
            requests += [
                run._prepare_fact(
                    order, "order_status", milestone=milestone, lines=lines
                )
                for milestone, lines in gone.items()
            ]
        return requests

    def _get_changed(self, run, records, since):
        run._mark_changed(records, ("order_create", "order_update"), since)
        run._mark_changed(records, ("order_status",), since)


def _get_plain_order(endpoint, row, lines):
    """Return totals and lines of an order of plain goods and delivery.

    What :meth:`sale.order._mindbox_order_update_body` gives for such an order.
    """
    goods = [line for line in lines if not line["is_delivery"]]
    total = to_cents(row["amount_total"])
    delivery = to_cents(sum(x["price_total"] for x in lines if x["is_delivery"]))
    weights = [to_cents(line["price_total"]) for line in goods]
    shares = allocate(total - delivery, weights)
    parts = [
        order_line_part(
            line["id"],
            number,
            round(line["quantity"], 3),
            undiscounted(line["price_total"], line["discount"] or 0),
            cents,
            {endpoint.product_id_name: line["product_ref"]},
        )
        for number, (line, cents) in enumerate(zip(goods, shares, strict=True), 1)
    ]
    shown = total if endpoint.delivery_in_total else total - delivery
    shown = 0 if row["state"] == "cancel" else shown
    return {
        "totalPrice": shown / 100,
        "deliveryCost": delivery / 100,
        "lines": [{"kept": part} for part in parts],
    }
