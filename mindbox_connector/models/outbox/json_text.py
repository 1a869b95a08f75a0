# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bodies and rows as text that Mindbox and PostgreSQL can take in."""

import json

# Mindbox's word for a value that is to be forgotten; a missing key means no change.
CLEAR = "%CLEAR%"


def quote(text):
    """Return a text of people's, in which Mindbox finds no word of its own."""
    return text.replace(CLEAR, CLEAR.strip("%"))


def to_text(body):
    """Return the exact text of a body; what is no Unicode becomes a question mark."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode()


def to_json(rows):
    """Return rows as JSON that PostgreSQL can take in.

    Its text holds neither NUL nor half of a surrogate pair; what Mindbox or a browser
    sends may hold both.
    """
    text = json.dumps(rows, default=str, ensure_ascii=False)
    if "\\u0000" in text:
        rows = [{name: _without_nul(row[name]) for name in row} for row in rows]
        text = json.dumps(rows, default=str, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()


def _without_nul(value):
    return value.replace("\0", "") if isinstance(value, str) else value


def rename_customer(text, name, old, new):
    """Return a body about a customer as one about another one.

    :param str name: of the customer's ID in Mindbox
    """
    if not text.startswith("{"):
        return text
    body = json.loads(text)
    ids = body.get("customer", {}).get("ids", {})
    if ids.get(name) != str(old):
        return text
    ids[name] = str(new)
    return to_text(body)


def prettify(text):
    """Return a JSON text with line breaks; any other text as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (TypeError, ValueError):
        return text
