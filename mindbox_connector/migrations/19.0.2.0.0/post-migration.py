# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    remove_orphan_actions(api.Environment(cr, SUPERUSER_ID, {}))


def remove_orphan_actions(env):
    """A scheduled action that was deleted has left its server action behind."""
    names = env["ir.model.data"].search(
        [
            ("module", "=", "mindbox_connector"),
            ("model", "=", "ir.actions.server"),
            ("name", "=like", "ir_cron_%_ir_actions_server"),
        ]
    )
    actions = env["ir.actions.server"].browse(names.mapped("res_id")).exists()
    crons = env["ir.cron"].with_context(active_test=False).search([])
    (actions - crons.ir_actions_server_id).unlink()
