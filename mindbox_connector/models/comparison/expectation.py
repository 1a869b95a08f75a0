# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What should be in Mindbox: all kinds of records in one query."""

from odoo.tools import SQL

NOTHING_EXPECTED = """
SELECT NULL::varchar AS kind, NULL::int4 AS res_id, NULL::int4 AS partner_id,
       NULL::date AS date, NULL::numeric AS amount, NULL::timestamp AS changed_at,
       NULL::timestamp AS created_at, NULL::jsonb AS state
 WHERE FALSE
"""


def get_expected(endpoint, kinds):
    """Return the query of all that Mindbox should know by an integration point.

    Each kind is asked for at its model, by the method that its entry names.

    :param kinds: codes of kinds
    :return: SQL of kind, res_id, partner_id, date, amount, changed_at, created_at,
        state
    """
    entries = endpoint.env["mindbox.catalogue"]._get_kinds()
    parts = [_select(endpoint, code, entries[code]) for code in kinds]
    return SQL(" UNION ALL ").join(parts or [SQL(NOTHING_EXPECTED)])


def _select(endpoint, code, kind):
    return SQL(
        """
        SELECT %(kind)s AS kind, res_id, partner_id, date, amount, changed_at,
               created_at, %(state)s AS state
          FROM (%(expected)s) AS expected
        """,
        kind=code,
        state=SQL("state" if "state" in kind.told else "NULL::jsonb"),
        expected=getattr(endpoint.env[kind.model], kind.expected)(endpoint),
    )
