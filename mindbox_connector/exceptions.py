# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What can go wrong with a call, one class per "who must act".

The class of the exception *is* the retry policy; ``mindbox_delivery`` decides by it.
"""


class MindboxError(Exception):
    """Base class: the call did not end as a success.

    ``str(error)`` is a plain sentence for people, free of personal data and
    credentials. ``http_status`` is 0 when no answer arrived; ``response`` is the
    answer's text, for managers only.
    """

    def __init__(self, message, http_status=0, response=""):
        super().__init__(message)
        self.http_status = http_status
        self.response = response


class MindboxUnavailable(MindboxError):
    """Nobody has to act: wait, then send the same call again."""


class MindboxThrottled(MindboxUnavailable):
    """Mindbox asks to slow down; ``retry_after`` is in seconds."""

    def __init__(self, message, retry_after, **kwargs):
        super().__init__(message, **kwargs)
        self.retry_after = retry_after


class MindboxMisconfigured(MindboxError):
    """An administrator has to act: address, credentials or integration point."""


class MindboxRejected(MindboxError):
    """A back-office person has to act: Mindbox refuses this one call."""


class MindboxSkipped(Exception):
    """Nothing to send: the message names the rule that decided so."""
