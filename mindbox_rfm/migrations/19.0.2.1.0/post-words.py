# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# What presets made of the word for an active scheme, in the names of segments.
WRONG, RIGHT = "Действует", "Активные"


def migrate(cr, version):
    """Call the segment of active customers what Russians call it."""
    cr.execute(
        """
        UPDATE rfm_segment
           SET name = jsonb_set(name, '{ru_RU}', to_jsonb(%s::text))
         WHERE name->>'en_US' = 'Active' AND name->>'ru_RU' = %s
        """,
        (RIGHT, WRONG),
    )
