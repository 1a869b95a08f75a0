# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The token that reads the measures: who shows it needs no user."""

import os

from odoo.tools import config

HEALTH_TOKEN = "mindbox_connector.health_token"


def get_outside_health_token():
    """Return the token that the server's environment or odoo.conf gives."""
    return (
        os.environ.get("MINDBOX_HEALTH_TOKEN")
        or config.get("mindbox_health_token")
        or ""
    )


def get_health_token(env):
    """Return who shows what may read the measures; "" where nobody may."""
    # The routes of monitoring know no user.
    get_param = env["ir.config_parameter"].sudo().get_param
    return get_outside_health_token() or get_param(HEALTH_TOKEN) or ""
