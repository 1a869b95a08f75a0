# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    forget_what_was_left(api.Environment(cr, SUPERUSER_ID, {}))


def forget_what_was_left(env):
    """Erasing a customer has left files, differences and answers behind so far."""
    partners = env["res.partner"].with_context(active_test=False)
    if erased := partners.search([("mindbox_erased_at", "!=", False)]):
        erased._on_erase()
