"""The exports of Mindbox: what it knows and we do not, asked for and read.

One reader for all of them: an export is started, asked for until it is ready, and its
files are read row by row. What a kind asks for and what follows from its rows is an
entry of the catalogue and methods of ``mindbox.export``, here or in a room above. Here
is the operation log, which tells what became of accepted calls; what follows from an
outcome is decided in the outbox and its hooks. It lies on top of the outbox and may
call it, the integration point and the client.
"""

from . import mindbox_reason
from . import mindbox_catalogue
from . import mindbox_export
from . import mindbox_export_work
from . import mindbox_export_read
from . import mindbox_export_page
from . import operation_log
from . import mindbox_export_due
from . import mindbox_endpoint
