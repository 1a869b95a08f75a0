"""The exports of Mindbox: files that it makes, of what it knows and we do not.

One reader for all of them; so far it reads the operation log, which tells what became
of accepted calls. It lies on top of the outbox and may call it, the integration point
and the client; what follows from an outcome is decided in the outbox and its hooks.
"""

from . import mindbox_reason
from . import mindbox_export
from . import mindbox_export_work
from . import mindbox_export_read
from . import mindbox_endpoint
