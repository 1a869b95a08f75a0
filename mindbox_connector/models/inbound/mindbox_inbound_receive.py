# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A call arrives: it is written down, and answered. Nothing else happens meanwhile."""

import hashlib
import hmac
import json
import re

from odoo import api, fields, models
from odoo.tools import SQL

from .moments import read_moment

# Bytes of a body, at most, and how deep it may be nested.
MAX_BODY = 64 * 1024
MAX_DEPTH = 12
# The keys of Mindbox's webhooks are GUIDs.
TRANSACTION = re.compile(r"[\w.:-]{1,100}", re.ASCII)


class MindboxInbound(models.Model):
    _name = "mindbox.inbound"
    _inherit = ["mindbox.inbound"]

    @api.model
    def _receive(self, endpoint, content, transaction_id=None):
        """Write a call down, once; return the answer, the first one to a repeat.

        :param bytes content: the body as it came
        :param str transaction_id: as the address or a header says it
        :raise ValueError: it is no JSON object, or one that is nested too deep
        """
        text = content.decode("utf-8")
        data = parse(text)
        now = fields.Datetime.now()
        key = self._get_key(text, transaction_id, data)
        row = {
            "endpoint_id": endpoint.id,
            "transaction_id": key,
            "kind": self._get_kind(data),
            "way": "webhook",
            "state": "received",
            "received_at": now,
            "occurred_at": min(read_moment(data.get("occurredAt")) or now, now),
            "body": text,
            "answer": json.dumps({"status": "Success", "transactionId": key}),
        }
        if not self._insert(row):
            return self._get_answer(endpoint, key)
        endpoint._kick_inbound()
        return row["answer"]

    def _get_key(self, text, transaction_id, data):
        """Return the idempotency key; the same body is the same call without one.

        What Mindbox has not filled in is none.
        """
        for given in (transaction_id, data.get("transactionId")):
            if isinstance(given, str) and TRANSACTION.fullmatch(given):
                return given
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256)
        return f"body-{digest.hexdigest()}"

    def _get_kind(self, data):
        kind = data.get("kind")
        kinds = self.env["mindbox.catalogue"]._get_inbound_kinds()
        return kind if isinstance(kind, str) and kind in kinds else None

    def _insert(self, *rows):
        """Insert calls; return how many are new ones."""
        query = SQL(
            """
            INSERT INTO mindbox_inbound (%(names)s) VALUES %(rows)s
            ON CONFLICT (endpoint_id, transaction_id) DO NOTHING RETURNING id
            """,
            names=SQL(", ").join(map(SQL.identifier, rows[0])),
            rows=SQL(", ").join(SQL("%s", tuple(row.values())) for row in rows),
        )
        return len(self.env.execute_query(query))

    def _get_answer(self, endpoint, key):
        first = self.search(
            [("endpoint_id", "=", endpoint.id), ("transaction_id", "=", key)]
        )
        return first.answer


def parse(text):
    """Return the JSON object of a body.

    :raise ValueError: it is none, or one that is nested too deep
    """
    try:
        data = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(data, dict) or _is_too_deep(data):
        raise ValueError("no object, or too deep")
    return data


def _refuse(constant):
    raise ValueError("no JSON")


def _is_too_deep(data):
    level = [data]
    for _depth in range(MAX_DEPTH):
        level = [
            value
            for node in level
            for value in (node.values() if isinstance(node, dict) else node)
            if isinstance(value, dict | list)
        ]
        if not level:
            return False
    return True
