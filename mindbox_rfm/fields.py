# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields


class LooseMany2one(fields.Many2one):
    """A many2one without a foreign key, for tables that are filled by the million.

    PostgreSQL checks a foreign key row by row, and locks the row it leads to: a run
    over all customers would write to every contact. What leads nowhere is removed
    where contacts are deleted or merged, and by the next run.
    """

    def update_db_foreign_key(self, model, column):
        """Make none."""
