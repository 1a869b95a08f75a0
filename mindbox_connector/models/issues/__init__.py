"""The issues: what Mindbox refuses, put together by its cause, for people to work with.

A row that is refused belongs to one issue, by reason, operation and field. It lies
above the outbox, whose hooks it extends, and calls that and the rooms below.
"""

from . import mindbox_issue
from . import mindbox_issue_gather
from . import mindbox_issue_send
from . import mindbox_request
from . import mindbox_dismissal
from . import mindbox_endpoint
