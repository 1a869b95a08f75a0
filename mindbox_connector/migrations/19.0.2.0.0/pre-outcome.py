# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Requests that were sent have an outcome: known of synchronous ones only.

What the ledger holds was accepted.
"""

from odoo.tools.sql import column_exists, table_exists

# A column with a default costs nothing, however many rows there are. Only the few whose
# value is another one are written to.
STATEMENTS = {
    ("mindbox_request", "outcome"): (
        """
        ALTER TABLE mindbox_request
          ADD COLUMN outcome varchar DEFAULT 'unknown',
          ADD COLUMN processed_at timestamp
        """,
        "ALTER TABLE mindbox_request ALTER COLUMN outcome DROP DEFAULT",
        """
        UPDATE mindbox_request SET outcome = 'processed', processed_at = sent_at
         WHERE state = 'sent' AND mode = 'sync'
        """,
        "UPDATE mindbox_request SET outcome = NULL WHERE state = 'pending'",
        """
        UPDATE mindbox_request SET outcome = NULL
         WHERE state NOT IN ('pending', 'sent')
        """,
    ),
    # The first version had no ledger.
    ("mindbox_ledger", "known_from"): (
        "ALTER TABLE mindbox_ledger ADD COLUMN known_from varchar DEFAULT 'accepted'",
        "ALTER TABLE mindbox_ledger ALTER COLUMN known_from DROP DEFAULT",
    ),
}


def migrate(cr, version):
    for (table, column), statements in STATEMENTS.items():
        if table_exists(cr, table) and not column_exists(cr, table, column):
            for statement in statements:
                cr.execute(statement)
