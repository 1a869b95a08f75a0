# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def migrate(cr, version):
    """What waits of a visitor stays in one lane with what the visitor does next."""
    cr.execute("""
        UPDATE mindbox_request SET customer_key = 'device-' || customer_key
         WHERE state = 'pending' AND customer_key = device_uuid
    """)
