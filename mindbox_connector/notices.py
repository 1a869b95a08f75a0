# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a button says after it has worked, as the client's action."""

CLOSE = {"type": "ir.actions.act_window_close"}
RELOAD = {"type": "ir.actions.client", "tag": "soft_reload"}


def notify(message, then, kind="success"):
    """Return the action that shows a message.

    :param str message: in the reader's language
    :param dict then: the action that follows, :data:`CLOSE` or :data:`RELOAD`
    :param str kind: ``success`` or ``warning``
    """
    params = {"type": kind, "message": message, "next": then}
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": params,
    }
