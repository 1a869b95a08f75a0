# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def migrate(cr, version):
    """Which bodies may have left is written down from now on.

    Of those that wait with a body nobody knows it any more: a delivery may have been
    killed with them.
    """
    cr.execute(
        """
        UPDATE mindbox_request SET may_have_left = TRUE
         WHERE state = 'pending' AND (attempts > 0 OR payload IS NOT NULL)
            OR state IN ('rejected', 'skipped', 'cancelled') AND attempts > 0
        """
    )
