# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Values of Odoo as additional fields of Mindbox take them, without a database.

``None`` stands for a value that there is not.
"""

import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from odoo.tools import html2plaintext

from ...answers import clean
from ..outbox.json_text import quote
from ..shop.names import CONTROL

# Mindbox's limits: characters of a text and of a value of an enumeration; what joins
# several of those, and therefore may not be in one; a decimal has 16 digits, two of
# them behind the point.
MAX_TEXT = 1000
MAX_WORD = 250
JOINT = "|"
MAX_NUMBER = 10**14
WORD_TYPES = frozenset("char selection".split())


def _text(value):
    if isinstance(value, datetime):
        value = value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, float):
        value = _number(value)
    text = "" if value is None else clean(str(value))
    return quote(CONTROL.sub(" ", text)).strip()[:MAX_TEXT].rstrip() or None


def _word(value):
    text = _text(value)
    return text and text.replace(JOINT, "/")[:MAX_WORD].rstrip() or None


def _number(value):
    """Return a number to two decimals, whole where it is whole."""
    if not math.isfinite(value) or abs(value) >= MAX_NUMBER:
        return None
    value = round(value, 2)
    return int(value) if float(value).is_integer() else value


class ValueType(NamedTuple):
    """A type of additional fields in Mindbox.

    * ``takes``: the types of Odoo's fields whose values it can hold
    * ``express``: a function of such a value that returns what Mindbox is told
    """

    takes: frozenset
    express: Callable


VALUE_TYPES = {
    "text": ValueType(
        WORD_TYPES
        | frozenset("text html integer float monetary date datetime".split()),
        _text,
    ),
    "number": ValueType(frozenset("integer float monetary".split()), _number),
    "date": ValueType(frozenset({"date"}), lambda value: value.isoformat()),
    # How a moment is written is a setting of the integration point.
    "datetime": ValueType(frozenset({"datetime"}), lambda value: value),
    "flag": ValueType(frozenset({"boolean"}), bool),
    "enumeration": ValueType(WORD_TYPES, _word),
    "list": ValueType(WORD_TYPES, _word),
}
# Types of Odoo's fields whose False is a value.
NEVER_EMPTY = frozenset("boolean integer float monetary".split())


def express(value_type, field_type, values):
    """Return what Mindbox is told of the values at the end of a path, None for nothing.

    :param list values: one for each record there, as Odoo has them
    """
    if field_type not in NEVER_EMPTY:
        values = [value for value in values if value not in (None, False)]
    if field_type == "html":
        values = [html2plaintext(value) for value in values]
    told = [VALUE_TYPES[value_type].express(value) for value in values]
    told = [value for value in dict.fromkeys(told) if value is not None]
    if value_type == "list":
        return told or None
    return told[0] if told else None


def as_cell(value):
    """Return what is told as the cell of a file, "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return JOINT.join(value)
    return (
        re.sub(r"\.?0+$", "", f"{value:.2f}")
        if isinstance(value, float)
        else str(value)
    )
