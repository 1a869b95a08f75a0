# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What can go wrong with a call, one class per "who must act".

The class of the exception *is* the retry policy; ``mindbox_outcome`` decides by it. Why
it was raised is a code of ``reasons.py`` with its details, as plain JSON values: words
are made when it is shown, in the reader's language.
"""

from .reasons import Reason


class MindboxReasonError(Exception):
    """Base class: ``reason`` says why, free of personal data and credentials."""

    def __init__(self, code, /, **details):
        super().__init__(code)
        self.reason = Reason(code, details)


class MindboxSkipped(MindboxReasonError):
    """Nothing to send: the code names the rule that decided so."""


class MindboxError(MindboxReasonError):
    """The call did not end as a success.

    ``http_status`` is 0 when no answer arrived; ``response`` is the answer's text, for
    managers only.
    """

    def __init__(self, code, /, http_status=0, response="", **details):
        super().__init__(code, **details)
        self.http_status = http_status
        self.response = response


class MindboxUnavailable(MindboxError):
    """Nobody has to act: wait, then send the same call again."""


class MindboxThrottled(MindboxUnavailable):
    """Mindbox asks to slow down; ``retry_after`` is in seconds."""

    def __init__(self, code, /, retry_after, **kwargs):
        super().__init__(code, **kwargs)
        self.retry_after = retry_after


class MindboxMisconfigured(MindboxError):
    """An administrator has to act: address, credentials or integration point.

    ``identity``: that of the client that was answered so, if any was.
    """

    identity = None


class MindboxRejected(MindboxError):
    """A back-office person has to act: Mindbox refuses this one call."""


class MindboxMissing(MindboxRejected):
    """What the call is about is not there, or not yet: it may be on its way.

    Tried again a few times; after that somebody has to act.
    """
