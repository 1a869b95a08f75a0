# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The owners of cards have no file of their own any more, and no operation for it.

The views of before are checked while the new ones are loaded: they lose it first.
"""


def migrate(cr, version):
    cr.execute(
        r"""
        UPDATE ir_ui_view
           SET arch_db = regexp_replace(
                   arch_db::text,
                   '<field name=\\"import_card_owners_operation\\"[^>]*/>', '', 'g'
               )::jsonb
         WHERE arch_db::text LIKE '%import_card_owners_operation%'
        """
    )
