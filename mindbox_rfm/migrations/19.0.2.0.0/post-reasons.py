# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tools.sql import column_exists


def migrate(cr, version):
    """Why a run failed becomes a code and details, and the column of the text goes."""
    if not column_exists(cr, "rfm_run", "error"):
        return
    cr.execute(
        """
        UPDATE rfm_run SET reason_code = 'run_interrupted'
         WHERE error IN ('Interrupted: nothing was changed.',
                         'Прерван: ничего не изменилось.')
        """
    )
    cr.execute(
        """
        UPDATE rfm_run SET reason_code = 'other',
               reason_details = jsonb_build_object('text', error)
         WHERE error != '' AND reason_code IS NULL
        """
    )
    cr.execute("ALTER TABLE rfm_run DROP COLUMN error")
