# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Keep what each scheme is now, so that there is something to go back to."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for scheme in env["rfm.scheme"].search([]):
        scheme._keep_version()
