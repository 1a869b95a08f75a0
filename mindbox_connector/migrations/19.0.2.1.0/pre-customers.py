# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Requests are found by their customer and moment: one index serves for both."""


def migrate(cr, version):
    cr.execute("DROP INDEX IF EXISTS mindbox_request__partner_id_index")
