# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import Command

from .catalogue import SEGMENT_SET


def post_init_hook(env):
    """Give integration points that exist already the operation of the new event."""
    [*_others, command] = [
        command
        for command in env["mindbox.operation"]._default_commands()
        if command[2]["event"] == SEGMENT_SET
    ]
    endpoints = env["mindbox.endpoint"].with_context(active_test=False).search([])
    for endpoint in endpoints:
        operations = endpoint.with_context(active_test=False).operation_ids
        if SEGMENT_SET not in operations.mapped("event"):
            endpoint.operation_ids = [Command.create(command[2])]


def uninstall_hook(env):
    """Cancel the jobs that wait: their model is about to go."""
    jobs = env["queue.job"].search(
        [
            ("model_name", "=", "rfm.scheme"),
            ("state", "in", ("wait_dependencies", "pending", "enqueued")),
        ]
    )
    jobs.button_cancelled()
