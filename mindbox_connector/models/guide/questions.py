# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The questions for whoever manages the Mindbox project, and how answers are read.

One text to send. Each line has a number that stays what it is whatever else is asked,
the question, what is taken now in brackets, and room for the answer after the colon. An
empty answer or "+" says that it is right, "-" that there is none.
"""

import re
from typing import Any, NamedTuple

from odoo.tools import LazyTranslate

from ...fields import SYSTEM_NAME
from ...labels import get_labels

# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

# A line of an answer; mail programs put ">" before what they quote.
LINE = re.compile(r"^[\s>]*(\d+\.\d+)[.)]?\s.*\[[^\]]*\]\s*:(.*)$")
RIGHT, NONE = "+", "-"
YES = {"yes", "y", "да", "д", "1"}
NO = {"no", "n", "нет", "н", "0", "2"}
OF_PROJECT, OF_OPERATIONS, OF_STATUSES = 1, 2, 3


class Answer(NamedTuple):
    """What an answer changes: ``values`` of a record; a ``problem`` where it cannot.

    * ``record``: what is written; with ``values`` of None it goes
    """

    number: str
    question: str
    old: str
    new: str
    record: Any = None
    values: dict | None = {}
    problem: str = ""


# Questions about the project: {field of the integration point: question}. Their numbers
# are their places: add new ones at the end.
PROJECT = {
    "customer_id_name": _lt("System name of the customers' ID"),
    "order_id_name": _lt("System name of the orders' ID"),
    "product_id_name": _lt("External system of the products"),
    "category_id_name": _lt("External system of the categories"),
    "brand": _lt("Brand, only where the project has several"),
    "balance_name": _lt("Balance of the points, only where there are several"),
    "point_of_contact": _lt("Point of contact of changes of balances, if needed"),
    "log_export_operation": _lt("Operation that exports the operation log"),
    "name_alphabet": _lt("Letters that names may have"),
    "line_status": _lt("How lines of an order carry their status"),
    "discount_style": _lt("How discounts are told"),
    "date_format": _lt("How moments are written"),
    "delivery_in_total": _lt("Does the total of an order include the delivery?"),
    "cards_made_in_mindbox": _lt("Are all numbers of loyalty cards in Mindbox?"),
    "balance_card": _lt("Do calls of balances name the card?"),
    "balance_order": _lt("Do calls of balances name the order?"),
    "send_payments": _lt("Should payments of orders be told?"),
    "wrap_views": _lt("Do views come as viewProduct and viewProductCategory?"),
    "customers_export_operation": _lt("Operation that exports customers and consents"),
    "merges_export_operation": _lt("Operation that exports merges of customers"),
    "segments_export_operation": _lt("Operation that exports segments of customers"),
    "mailings_export_operation": _lt("Operation that exports actions with mailings"),
}
INTRODUCTION = _lt(
    "Hello! We connect our Odoo shop to Mindbox. Please answer after each colon. In "
    "brackets stands what we take now: leave the line as it is where that is right, "
    "write “-” where your project has none. Please send the secret key of the "
    "integration point in a safe way, not with this text."
)
HEADINGS = {
    OF_PROJECT: _lt("The project"),
    OF_OPERATIONS: _lt("Operations: their system names in your project"),
    OF_STATUSES: _lt("Statuses of orders: their external IDs in your project"),
}


class Questions:
    """The questions about an integration point, in the reader's language."""

    def __init__(self, endpoint):
        self.endpoint, self.env = endpoint, endpoint.env

    def write_text(self):
        """Return the text to send."""
        parts = [self.env._(INTRODUCTION)]
        for section, heading in HEADINGS.items():
            parts += ["", self.env._(heading), ""]
            parts += [
                f"{number}. {question} [{old}]:"
                for number, (question, old, *_rest) in self.list().items()
                if number.startswith(f"{section}.")
            ]
        return "\n".join(parts)

    def list(self):
        """Return {number: (question, what is taken now, record, field)}."""
        return {
            **dict(self._list_project()),
            **dict(self._list_operations()),
            **dict(self._list_statuses()),
        }

    def _list_project(self):
        for place, (name, question) in enumerate(PROJECT.items(), 1):
            text = self.env._(question)
            options = self._get_options(name)
            if options:
                listing = "; ".join(f"{at} = {label}" for at, _v, label in options)
                text = f"{text} ({listing})"
            old = self._show(name, options)
            yield f"{OF_PROJECT}.{place}", (text, old, self.endpoint, name)

    def _get_options(self, name):
        """Return [(number, value, label)] of what may be chosen; [] of free text."""
        field = self.endpoint._fields[name]
        if field.type == "boolean":
            pairs = [(True, self.env._("yes")), (False, self.env._("no"))]
        elif field.type == "selection":
            pairs = get_labels(self.endpoint, name).items()
        else:
            return []
        return [(str(at), *pair) for at, pair in enumerate(pairs, 1)]

    def _show(self, name, options):
        value = self.endpoint[name]
        if not options:
            return value or ""
        return next((at for at, option, _label in options if option == value), "")

    def _list_operations(self):
        labels = get_labels(self.env["mindbox.operation"], "event")
        for operation in self.endpoint.operation_ids:
            question = labels.get(operation.event, operation.event)
            if operation.for_guests:
                question = self.env._("%s (guests)", question)
            number = f"{OF_OPERATIONS}.{operation.id}"
            yield number, (question, operation.name, operation, "name")

    def _list_statuses(self):
        model = self.env["mindbox.order.status"]
        known = {one.milestone: one for one in self.endpoint.status_ids}
        for place, (code, label) in enumerate(
            get_labels(model, "milestone").items(), 1
        ):
            status = known.get(code, model)
            number = f"{OF_STATUSES}.{place}"
            yield number, (label, status.status or "", status, code)

    # === ANSWERS === #

    def understand(self, text):
        """Return the :class:`Answer` of each line that changes something."""
        asked, answers = self.list(), []
        for line in text.splitlines():
            found = LINE.match(line)
            said = found and found[2].strip()
            if not said or said == RIGHT or found[1] not in asked:
                continue
            answer = self._read(found[1], said, *asked[found[1]])
            if answer.problem or answer.new != answer.old:
                answers.append(answer)
        return answers

    def _read(self, number, said, question, old, record, name):
        given = Answer(number, question, old, said, record)
        if number.startswith(f"{OF_PROJECT}."):
            return self._read_project(given, name)
        if number.startswith(f"{OF_STATUSES}."):
            return self._read_status(given, name)
        if said == NONE:
            off = self.env._("switched off")
            return given._replace(new=off, values={"active": False})
        return self._read_name(given, name)

    def _read_project(self, given, name):
        options = self._get_options(name)
        if not options:
            return self._read_name(given, name)
        said = given.new.lower().rstrip(".)")
        if self.endpoint._fields[name].type == "boolean" and said in YES | NO:
            said = "1" if said in YES else "2"
        for at, value, label in options:
            if said in (at, str(label).lower()):
                return given._replace(new=at, values={name: value})
        return given._replace(problem=self.env._("Write the number of a choice."))

    def _read_name(self, given, name):
        field = self.endpoint._fields.get(name)
        if given.new == NONE and field and not field.required:
            return given._replace(new="", values={name: False})
        if not SYSTEM_NAME.fullmatch(given.new):
            return given._replace(problem=self.env._("This is no system name."))
        return given._replace(values={name: given.new})

    def _read_status(self, given, milestone):
        if given.new == NONE:
            return given._replace(new="", values=None)
        if "|" in given.new:
            problem = self.env._("A status may not contain “|”.")
            return given._replace(problem=problem)
        return given._replace(values={"milestone": milestone, "status": given.new})
