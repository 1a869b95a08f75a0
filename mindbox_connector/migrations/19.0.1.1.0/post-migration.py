# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """One watch begins and ends all alerts; it tells anew of what still goes on."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    cron = env.ref("mindbox_connector.ir_cron_alert_stuck", raise_if_not_found=False)
    if cron:
        cron.unlink()
    kinds = [f"mindbox_connector.activity_type_{kind}" for kind in ("paused", "stuck")]
    endpoints = env["mindbox.endpoint"].with_context(active_test=False).search([])
    endpoints.activity_unlink(kinds)
    endpoints._cron_watch()
