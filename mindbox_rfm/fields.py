# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields
from odoo.tools import SQL

from .measures import DIGITS


class LooseMany2one(fields.Many2one):
    """A many2one without a foreign key, for tables that are filled by the million.

    PostgreSQL checks a foreign key row by row, and locks the row it leads to: a run
    over all customers would write to every contact. What leads nowhere is removed
    where contacts are deleted or merged, and by the next run.
    """

    def update_db_foreign_key(self, model, column):
        """Make none."""


class ScoreCode(fields.Char):
    """The scores of a row as a code, e.g. "545"; its table has them as numbers."""

    def to_sql(self, model, alias):
        """Put the digits of the three columns together."""
        digits = (
            SQL(
                f"substr('{DIGITS}', %s + 1, 1)",
                model._fields[name].to_sql(model, alias),
            )
            for name in ("r_score", "f_score", "m_score")
        )
        return SQL(" || ").join(digits)


class CompanyCurrency(fields.Many2one):
    """The currency of the current company, the same for all records."""

    def to_sql(self, model, alias):
        """Let amounts be added up in it."""
        return SQL("%s::int", model.env.company.currency_id.id)
