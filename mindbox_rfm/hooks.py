# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.addons.mindbox_connector.hooks import remove_traces


def uninstall_hook(env):
    remove_traces(env, "mindbox_rfm", "rfm.")
