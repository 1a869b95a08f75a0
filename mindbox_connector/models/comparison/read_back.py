# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A random sample is read from Mindbox and compared field by field.

Contract: get-customer-data-json, get-order-info. Which blocks an operation returns is
up to the project: what it does not return is not compared.
"""

import json
import uuid

from odoo.tools import SQL

from ...client import Call
from ...exceptions import MindboxRejected
from ...reasons import NO_REASON
from ..outbox.scrub import scrub
from .mindbox_difference import READ_PROBLEMS

CUSTOMER_FIELDS = "email mobilePhone lastName firstName middleName sex".split()
NAMES = ("lastName", "firstName", "middleName")
ORDER_FIELDS = ("totalPrice", "deliveryCost")
# The price of a line has several names in answers; so has a balance.
PRICES = ("discountedPriceOfLine", "discountedPricePerLine", "priceOfLine", "price")
BALANCES = ("total", "totalValue")


class ReadBack:
    """Reads records of one integration point from Mindbox and compares them."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.env = endpoint.env
        self.scope = endpoint.env["mindbox.scope"]
        self.client = endpoint._get_client()
        self.count = 0
        # {order: ID of the customer whose it is in Mindbox, "" where that is right}
        self.owners = {}

    def read_sample(self, run):
        """Read a sample of each kind and write down what Mindbox shows otherwise.

        :raise MindboxError: Mindbox cannot be read now
        """
        differences = self.env["mindbox.difference"]
        for kind, operation in self.endpoint._get_read_operations().items():
            for record in self.get_sample(kind):
                found = self.compare(kind, operation, record)
                differences._write_read(run, kind, record, *found)
        for order, found in self.owners.items():
            problem = "customer" if found else False
            answer = problem, found, NO_REASON
            differences._write_read(run, "orders", order, *answer, among=("customer",))

    def get_sample(self, kind):
        """Return records that agree so far, and all that Mindbox showed otherwise.

        Who does not belong to the integration point any more is not asked after. What
        was cancelled or returned has another total in Mindbox.
        """
        model = self.env["mindbox.catalogue"]._get_kinds()[kind].model
        rows = self.env.execute_query(self._sample(kind, model))
        records = self.env[model].browse(record_id for (record_id,) in rows)
        return self.endpoint._with_sender(records).exists()

    def _sample(self, kind, model):
        return SQL(
            """
            SELECT known.res_id FROM mindbox_ledger known
              LEFT JOIN mindbox_difference difference
                     ON difference.endpoint_id = known.endpoint_id
                    AND difference.kind = known.kind
                    AND difference.res_id = known.res_id
                    AND difference.state != 'resolved'
             WHERE known.endpoint_id = %(endpoint)s AND known.kind = %(kind)s
               AND (difference.id IS NULL OR difference.problem IN %(read)s)
               AND known.res_id IN (SELECT id FROM (%(relation)s) AS mine)
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
            endpoint=self.endpoint.id,
            kind=kind,
            relation=self.scope._get_relation(self.endpoint, kind),
            model=model,
            events=self.env["mindbox.catalogue"]._get_kind_events()[kind],
            limit=self.endpoint.sample_size,
            read=READ_PROBLEMS,
        )

    def compare(self, kind, operation, record):
        """Return problem, detail and reason of a record.

        :raise MindboxError: Mindbox cannot be read now
        """
        try:
            answer = self.fetch(operation, getattr(self, f"ask_{kind}")(record))
        except MindboxRejected as error:
            if error.http_status == 200:
                return "unseen", False, scrub(error.reason, "")
            raise
        self.count += 1
        different = list(getattr(self, f"compare_{kind}")(record, answer))
        problem = "other" if different else False
        return problem, ", ".join(different), NO_REASON

    def fetch(self, operation, body):
        call = Call("sync", operation, str(uuid.uuid4()), json.dumps(body))
        return self.client.send(call).content

    # === CUSTOMERS === #

    def ask_customers(self, partner):
        return {"customer": {"ids": {self.endpoint.customer_id_name: str(partner.id)}}}

    def compare_customers(self, partner, answer):
        shown = answer.get("customer") or {}
        self.note_orders_of(partner, answer.get("orders"))
        expected = partner._mindbox_profile(self.endpoint)
        for name in CUSTOMER_FIELDS:
            if name.lower() in shown and name in expected:
                if _fold(shown[name.lower()]) != _fold(expected[name]):
                    yield name
        if "fullName" in expected and _has_other_name(shown, expected["fullName"]):
            yield "fullName"
        if "birthdate" in shown and "birthDate" in expected:
            if str(shown["birthdate"])[:10] != expected["birthDate"]:
                yield "birthDate"
        if self.endpoint._tells("card_balance"):
            yield from self.compare_balances(partner, answer)

    def compare_balances(self, partner, answer):
        """Mindbox keeps the balance of a customer, Odoo those of the cards."""
        shown = answer.get("balances")
        if not isinstance(shown, list):
            return
        found = sum(_first(balance, BALANCES) or 0 for balance in shown)
        persons = self.env["mindbox.person"]
        ids = persons._get_group(self.endpoint, partner).ids
        cards = partner.env["loyalty.card"].search([("partner_id", "in", ids)])
        cards = cards.filtered(lambda card: self.scope._has(self.endpoint, card))
        expected = sum(cards.mapped("points"))
        if abs(found - expected) >= 0.01:
            yield f"balance {expected:.2f} ≠ {found:.2f}"

    # === ORDERS === #

    def ask_orders(self, order):
        return {"order": {"ids": self.endpoint._get_order_ids(order)}}

    def compare_orders(self, order, answer):
        shown = answer.get("order") or {}
        customer = shown.get("customer")
        self.note_owner(order, _get_id(customer, self.endpoint.customer_id_name))
        expected = order._mindbox_order_update_body(self.endpoint)["order"]
        for name in ORDER_FIELDS:
            found = shown.get(name.lower())
            if isinstance(found, int | float) and name in expected:
                if abs(found - expected[name]) >= 0.005:
                    yield f"{name} {expected[name]:.2f} ≠ {found:.2f}"
        if isinstance(shown.get("lines"), list):
            yield from self.compare_lines(expected["lines"], shown["lines"])

    # === WHOSE AN ORDER IS === #

    def note_owner(self, order, found):
        """Note as whose Mindbox has an order, unless it is whoever has the contacts.

        :param found: the ID of the customer there, if it is known
        """
        customer = order._mindbox_customer()
        person = customer._mindbox_person(self.endpoint)
        by_contacts = self.endpoint.guest_orders_by == "contacts"
        if found and not (by_contacts and person != customer):
            is_right = str(found) == str(person.id)
            self.owners[order] = "" if is_right else str(found)

    def note_orders_of(self, partner, listed):
        """Note the orders that Mindbox lists as a customer's, where it lists any."""
        if not isinstance(listed, list):
            return
        name = self.endpoint.order_id_name
        numbers = [_get_id(part, name) for part in listed]
        known = self.env["mindbox.ledger"].search(
            [
                ("endpoint_id", "=", self.endpoint.id),
                ("kind", "=", "orders"),
                ("reference", "in", list(filter(None, numbers))),
            ]
        )
        orders = partner.env["sale.order"].browse(known.mapped("res_id"))
        for order in orders.exists():
            self.note_owner(order, partner.id)

    def compare_lines(self, expected, shown):
        by_id = {str(line.get("lineid")): line for line in shown}
        if len(by_id) < len(shown):
            # A line was divided, since part of it came back.
            return
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
    values = (part.get(name.lower()) for name in names)
    return next((value for value in values if isinstance(value, int | float)), None)


def _get_id(part, name):
    """Return an ID of a record in an answer as text, None where it shows none."""
    ids = part.get("ids") if isinstance(part, dict) else None
    value = ids.get(name.lower()) if isinstance(ids, dict) else None
    return None if value is None else str(value)


def _has_other_name(shown, full_name):
    """Whether the parts of a name are not what was told: Mindbox orders them anew."""
    parts = [shown.get(name.lower()) for name in NAMES]
    words = " ".join(map(_fold, filter(None, parts))).split()
    return bool(words) and sorted(words) != sorted(_fold(full_name).split())
