# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A random sample is read from Mindbox and compared field by field.

Contract: get-customer-data-json, get-order-info. Which blocks an operation returns is
up to the project: what it does not return is not compared.
"""

import json
import uuid

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ...client import Call
from ...exceptions import MindboxError, MindboxRejected
from ...wording import in_words
from ..endpoint.mindbox_endpoint import SYSTEM_NAME
from ..outbox.mindbox_ledger import KIND_EVENTS, KINDS

CUSTOMER_FIELDS = "email mobilePhone lastName firstName middleName sex".split()
ORDER_FIELDS = ("totalPrice", "deliveryCost")
# The price of a line has several names in answers; so has a balance.
PRICES = ("discountedPriceOfLine", "discountedPricePerLine", "priceOfLine", "price")
BALANCES = ("total", "totalValue")
MAX_SAMPLE = 1000


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    read_customer_operation = fields.Char(
        string="Read a Customer",
        help="Synchronous operation that returns a customer, e.g. "
        "Website.GetCustomerInfo. Leave empty where the project has none.",
    )
    read_order_operation = fields.Char(
        string="Read an Order",
        help="Synchronous operation that returns an order, e.g. Website.GetOrder. "
        "Leave empty where the project has none.",
    )
    sample_size = fields.Integer(
        string="Sample",
        default=20,
        help="So many customers and orders, chosen by chance, are read from Mindbox "
        "after each comparison.",
    )

    _sample_size_check = models.Constraint(
        f"CHECK(sample_size BETWEEN 1 AND {MAX_SAMPLE})",
        "The sample must be between 1 and 1,000. Leave the operations empty to read "
        "nothing.",
    )

    @api.constrains("read_customer_operation", "read_order_operation")
    def _check_read_operations(self):
        for endpoint in self:
            for name in endpoint._get_read_operations().values():
                if not SYSTEM_NAME.fullmatch(name):
                    raise ValidationError(
                        self.env._(
                            "“%s” cannot be the system name of an operation: Latin "
                            "letters, digits, dots, hyphens and underscores only.",
                            name,
                        )
                    )

    def _get_read_operations(self):
        """Return {kind: name of the operation that reads it} of those that exist."""
        names = {
            "customers": self.read_customer_operation,
            "orders": self.read_order_operation,
        }
        return {kind: name for kind, name in names.items() if name}

    def _read_back(self, run_id):
        """Read a sample and write down what Mindbox shows otherwise."""
        self.ensure_one()
        run = self.env["mindbox.reconciliation"].browse(run_id).exists()
        reader = _Reader(self)
        try:
            for kind, operation in self._get_read_operations().items():
                self._read_kind(run, reader, kind, operation)
            note = False
        except MindboxError as error:
            note = in_words(self.env, str(error))
        run.write({"read_count": reader.count, "read_note": note})
        run._count_differences()
        self.invalidate_recordset(["difference_count"])
        self._watch(self._measure()[self])
        return self.env._("%s records read.", reader.count)

    def _read_kind(self, run, reader, kind, operation):
        for record in self._get_sample(kind):
            found = reader.compare(kind, operation, record)
            if found is not None:
                self.env["mindbox.difference"]._write_read(run, kind, record, *found)

    def _get_sample(self, kind):
        """Return records that agree so far, and all that Mindbox showed otherwise."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT known.res_id FROM mindbox_ledger known
                  LEFT JOIN mindbox_difference difference
                         ON difference.endpoint_id = known.endpoint_id
                        AND difference.kind = known.kind
                        AND difference.res_id = known.res_id
                        AND difference.state != 'resolved'
                 WHERE known.endpoint_id = %(endpoint)s AND known.kind = %(kind)s
                   AND (difference.id IS NULL
                        OR difference.problem IN ('other', 'unseen'))
                   AND NOT EXISTS (
                       SELECT FROM mindbox_request request
                        WHERE request.endpoint_id = known.endpoint_id
                          AND request.res_model = %(model)s
                          AND request.res_id = known.res_id
                          AND request.event IN %(events)s
                          AND request.state = 'pending')
                 ORDER BY difference.id IS NULL, random()
                 LIMIT %(limit)s
                """,
                endpoint=self.id,
                kind=kind,
                model=KINDS[kind],
                events=KIND_EVENTS[kind],
                limit=self.sample_size,
            )
        )
        records = self.env[KINDS[kind]].browse(row[0] for row in rows)
        records = self._with_sender(records).exists()
        if kind == "orders":
            # What was cancelled or returned has another total in Mindbox.
            return records.filtered(lambda order: order._mindbox_is_placed())
        return records


class MindboxDifference(models.Model):
    _name = "mindbox.difference"
    _inherit = ["mindbox.difference"]

    @api.model
    def _write_read(self, run, kind, record, problem, detail):
        """Write down what one record looks like in Mindbox.

        :param problem: ``other``, ``unseen``, or False where all agrees
        :param str detail: the names of the fields, never personal data
        """
        known = self.search(
            [
                ("endpoint_id", "=", run.endpoint_id.id),
                ("kind", "=", kind),
                ("res_id", "=", record.id),
                ("problem", "in", ("other", "unseen")),
            ]
        )
        now = fields.Datetime.now()
        same = known.filtered(lambda difference: difference.problem == problem)
        (known - same).write({"state": "resolved", "seen_at": now})
        if not problem:
            return
        values = {
            "run_id": run.id,
            "detail": detail,
            "seen_at": now,
            "state": "open",
            "partner_id": record._mindbox_customer().id,
        }
        if same:
            same.write(values)
        else:
            self.create(
                {
                    "endpoint_id": run.endpoint_id.id,
                    "kind": kind,
                    "res_id": record.id,
                    "problem": problem,
                    "cause": "read",
                    "found_at": now,
                    **values,
                }
            )


class _Reader:
    """Reads records of one integration point and compares them."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.client = endpoint._get_client()
        self.count = 0

    def compare(self, kind, operation, record):
        """Return (problem, detail) of a record; None where nothing can be said.

        :raise MindboxError: Mindbox cannot be read now
        """
        try:
            answer = self.fetch(operation, getattr(self, f"ask_{kind}")(record))
        except MindboxRejected as error:
            if error.http_status == 200:
                return "unseen", str(error)
            raise
        self.count += 1
        if answer is None:
            return None
        different = list(getattr(self, f"compare_{kind}")(record, answer))
        return ("other", ", ".join(different)) if different else (False, "")

    def fetch(self, operation, body):
        call = Call("sync", operation, str(uuid.uuid4()), json.dumps(body))
        try:
            answer = json.loads(self.client.send(call).text)
        except ValueError:
            # A long answer is not kept as a whole.
            return None
        answer = answer.get("result", answer)
        return answer if isinstance(answer, dict) else None

    # -- customers ---
    def ask_customers(self, partner):
        return {"customer": {"ids": {self.endpoint.customer_id_name: str(partner.id)}}}

    def compare_customers(self, partner, answer):
        shown = answer.get("customer") or {}
        expected = partner._mindbox_profile(self.endpoint)
        for name in CUSTOMER_FIELDS:
            if name in shown and name in expected:
                if _fold(shown[name]) != _fold(expected[name]):
                    yield name
        if "birthDate" in shown and "birthDate" in expected:
            if str(shown["birthDate"])[:10] != expected["birthDate"]:
                yield "birthDate"
        if self.endpoint._tells("card_balance"):
            yield from self.compare_balances(partner, answer)

    def compare_balances(self, partner, answer):
        """Mindbox keeps the balance of a customer, Odoo those of the cards."""
        shown = answer.get("balances")
        if not isinstance(shown, list):
            return
        found = sum(_first(balance, BALANCES) or 0 for balance in shown)
        cards = partner.env["loyalty.card"].search([("partner_id", "=", partner.id)])
        cards = cards.filtered(
            lambda card: card._mindbox_concerns("card_balance", partner, {})
            and card._mindbox_endpoints(False) == self.endpoint
        )
        expected = sum(cards.mapped("points"))
        if abs(found - expected) >= 0.01:
            yield f"balance {expected:.2f} ≠ {found:.2f}"

    # -- orders ---
    def ask_orders(self, order):
        return {"order": {"ids": self.endpoint._get_order_ids(order)}}

    def compare_orders(self, order, answer):
        shown = answer.get("order") or {}
        expected = order._mindbox_order_update_body(self.endpoint)["order"]
        for name in ORDER_FIELDS:
            if isinstance(shown.get(name), int | float):
                if abs(shown[name] - expected[name]) >= 0.005:
                    yield f"{name} {expected[name]:.2f} ≠ {shown[name]:.2f}"
        if isinstance(shown.get("lines"), list):
            yield from self.compare_lines(expected["lines"], shown["lines"])

    def compare_lines(self, expected, shown):
        by_id = {str(line.get("lineId")): line for line in shown}
        if by_id.keys() != {line["lineId"] for line in expected}:
            yield f"lines {len(expected)} ≠ {len(shown)}"
            return
        for line in expected:
            found = by_id[line["lineId"]]
            if found.get("quantity", line["quantity"]) != line["quantity"]:
                yield f"line {line['lineNumber']}: quantity"
            price = _first(found, PRICES)
            if price is not None and price != line["discountedPricePerLine"]:
                yield f"line {line['lineNumber']}: price"


def _fold(value):
    return str(value).casefold().strip()


def _first(part, names):
    """Return the first number among several names of the same thing, or None."""
    values = (part.get(name) for name in names)
    return next((value for value in values if isinstance(value, int | float)), None)
