"""The import of history: customers, cards and orders from before the connector.

A run takes the records of one kind, in the order of their IDs, chunk by chunk: as bulk
files, one by one behind the events of the shop, or as files to download. It lies on
top of shop, capture, outbox and endpoint and may call all of these and the feed; none
of them calls it. They are joined by hooks that are extended here with ``super()``.
"""

from . import mindbox_reason
from . import mindbox_catalogue
from . import mindbox_import_options
from . import mindbox_import
from . import mindbox_import_progress
from . import mindbox_import_start
from . import mindbox_import_chunk
from . import mindbox_import_file
from . import mindbox_import_line
from . import mindbox_import_erased
from . import mindbox_import_work
from . import mindbox_import_answer
from . import mindbox_import_records
from . import mindbox_import_reader
from . import mindbox_import_customers
from . import mindbox_import_cards
from . import mindbox_import_orders
from . import mindbox_import_orders_rows
from . import mindbox_import_orders_problems
from . import mindbox_endpoint
from . import mindbox_request
from . import res_partner
