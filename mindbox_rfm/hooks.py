# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def uninstall_hook(env):
    """Cancel the jobs that wait: their model is about to go."""
    jobs = env["queue.job"].search(
        [
            ("model_name", "=", "rfm.scheme"),
            ("state", "in", ("wait_dependencies", "pending", "enqueued")),
        ]
    )
    jobs.button_cancelled()
