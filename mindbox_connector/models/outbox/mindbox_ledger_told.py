# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What bodies tell of records, as the kinds of the catalogue say, and what is left."""

from odoo import api, models
from odoo.tools import SQL

from .json_text import CLEAR

# How a column of the ledger is made of what a body says.
CASTS = {
    "reference": "({})::text",
    "amount": "({})::text::numeric",
    "state": "to_jsonb({})",
}
TYPES = {"reference": "text", "amount": "numeric", "digest": "text", "state": "jsonb"}
# The newest word on each key of a state, of several that are told at once.
LATEST_STATE = """
    (SELECT jsonb_object_agg(part.key, part.value ORDER BY one.number)
       FROM unnest(array_agg(told.state ORDER BY told.id))
                WITH ORDINALITY AS one (state, number)
      CROSS JOIN LATERAL jsonb_each(one.state) AS part)
"""


class MindboxLedger(models.Model):
    _name = "mindbox.ledger"
    _inherit = ["mindbox.ledger"]

    # === READ FROM BODIES === #

    def _get_told_by(self, request_ids):
        """Return the query of what some requests tell: see :meth:`_get_told`."""
        return self._get_told(SQL("request.id = ANY(%s)", list(request_ids)))

    def _get_told(self, which):
        """Return the query that reads from bodies what Mindbox was told.

        :param SQL which: condition of rows of ``request``
        :return: SQL of id, endpoint_id, kind, res_id, partner_id, occurred_at,
            reference, amount, digest, state
        """
        return SQL(
            """
            SELECT request.id, request.endpoint_id, told.kind, request.res_id,
                   request.partner_id, request.occurred_at, %(values)s
              FROM mindbox_request request
              JOIN mindbox_endpoint endpoint ON endpoint.id = request.endpoint_id
              JOIN (VALUES %(kinds)s) AS told (event, kind)
                ON told.event = request.event
              -- PostgreSQL cannot look into a body with a zero character.
              CROSS JOIN LATERAL (
                  SELECT CASE WHEN strpos(NULLIF(request.payload, ''), '\\u0000') = 0
                              THEN request.payload::json END AS body
              ) AS parsed
             WHERE %(which)s AND request.res_id > 0
               AND request.mode IS DISTINCT FROM 'bulk'
            """,
            values=SQL(", ").join(self._get_told_value(column) for column in TYPES),
            kinds=self._get_event_kinds(),
            which=which,
        )

    def _get_told_value(self, column):
        """Return the column of what is told, made as each kind has it."""
        cases = [
            SQL("WHEN told.kind = %s THEN %s", code, _cast(column, kind.told[column]))
            for code, kind in self.env["mindbox.catalogue"]._get_kinds().items()
            if column in kind.told
        ]
        value = SQL("CASE %s END", SQL(" ").join(cases)) if cases else SQL("NULL")
        return SQL("(%s)::%s AS %s", value, SQL(TYPES[column]), SQL.identifier(column))

    def _join_told(self, told):
        """Return the query of what several requests tell of a record at once.

        :param SQL told: see :meth:`_get_told`
        :return: SQL of endpoint, kind, origin and the columns of the ledger
        """
        return SQL(
            """
            SELECT endpoint_id, kind, 'request', res_id,
                   (array_agg(partner_id ORDER BY id DESC))[1],
                   %(reference)s, min(occurred_at)::date,
                   CASE WHEN kind = ANY(%(sums)s) THEN COALESCE(sum(amount), 0)
                        ELSE %(amount)s END,
                   %(digest)s, %(state)s
              FROM (%(told)s) AS told
             GROUP BY endpoint_id, kind, res_id
             ORDER BY endpoint_id, kind, res_id
            """,
            sums=self._get_summed_kinds(),
            told=told,
            state=SQL(LATEST_STATE),
            **{name: _get_latest(name) for name in ("reference", "amount", "digest")},
        )

    def _get_summed_kinds(self):
        """Return the kinds whose amounts add up."""
        kinds = self.env["mindbox.catalogue"]._get_kinds()
        return [code for code, kind in kinds.items() if kind.sums]

    def _get_event_kinds(self):
        """Return the pairs of an event and the kind of record that it tells of."""
        kinds = self.env["mindbox.catalogue"]._get_kind_events()
        return SQL(", ").join(
            SQL("(%s, %s)", event, kind)
            for kind, events in kinds.items()
            for event in events
        )

    # === WHAT IS LEFT TO TELL === #

    @api.model
    def _get_untold(self, endpoint, kind, current):
        """Return what Mindbox was not told of records: the one place that says so.

        Whoever sends again, imports or compares tells this and no more. What waits to
        be told is not told twice.

        :param dict current: {record ID: number, or dict of a state} as it should be
        :return: {record ID: what is missing to the number, or the keys of the state
            that differ}; nothing of a record of which all is told
        """
        known = self._get_known(endpoint, kind, current)
        untold = {}
        for record_id, now in current.items():
            amount, state = known.get(record_id, (0, {}))
            if isinstance(now, dict):
                left = {k: value for k, value in now.items() if state.get(k) != value}
            else:
                left = round(now - amount, 2)
            if left:
                untold[record_id] = left
        return untold

    def _get_known(self, endpoint, kind, ids):
        """Return {record ID: (amount, state)}: what Mindbox knows or is about to hear.

        A change that waits to be sent again after it was accepted is among what was
        told.
        """
        facts = SQL(
            """
            request.endpoint_id = %s AND request.res_model = %s
            AND request.res_id = ANY(%s) AND request.state = 'pending'
            AND request.merge_key IS NULL
            """,
            endpoint.id,
            self.env["mindbox.catalogue"]._get_kinds()[kind].model,
            list(ids),
        )
        known = self._get_acknowledged(endpoint, kind, ids)
        waiting = SQL(
            """
            SELECT res_id, COALESCE(sum(amount), 0)::float8, %(state)s
              FROM (%(told)s) AS told WHERE kind = %(kind)s GROUP BY res_id
            """,
            state=SQL(LATEST_STATE),
            told=self._get_told(facts),
            kind=kind,
        )
        for res_id, amount, state in self.env["mindbox.request"]._execute(waiting):
            before, told = known.get(res_id, (0, {}))
            known[res_id] = (before + amount, told | (state or {}))
        return known

    @api.model
    def _get_acknowledged(self, endpoint, kind, ids):
        """Return {record ID: (amount, state)} that Mindbox has acknowledged."""
        domain = [
            ("endpoint_id", "=", endpoint.id),
            ("kind", "=", kind),
            ("res_id", "in", list(ids)),
        ]
        rows = self.search_read(domain, ["res_id", "amount", "state"])
        return {row["res_id"]: (row["amount"], row["state"] or {}) for row in rows}


def _cast(column, expression):
    if column == "digest":
        return _get_digest_of(SQL("(%s)::text", SQL(expression)))
    return SQL(CASTS[column].format(expression))


def _get_latest(column):
    """Return the newest value of a column, of several requests."""
    name = SQL.identifier(column)
    return SQL(
        "(array_agg(%s ORDER BY id DESC) FILTER (WHERE %s IS NOT NULL))[1]", name, name
    )


def _get_digest_of(text):
    """Return the expression that has the value of :meth:`_get_digest`.

    :param SQL text: the customer of a body as JSON text
    """
    return SQL(
        """
        encode(sha256(convert_to(
            (SELECT value FROM ir_config_parameter WHERE key = 'database.secret')
            || regexp_replace(%s, %s, '', 'g'), 'UTF8')), 'hex')
        """,
        text,
        f'"[^"]*":"{CLEAR}",',
    )
