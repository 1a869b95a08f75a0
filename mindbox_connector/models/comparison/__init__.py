"""The comparison: does Mindbox know what it should?

Every night all that is expected is set beside all that Mindbox has acknowledged, and a
sample is read back; what differs is shown with its cause and can be sent again. It
lies on top of shop, consent, capture, outbox and endpoint and may call these and the
history; only the monitoring may call it. Lower rooms are joined by hooks that are
extended here with ``super()``.
"""

from . import mindbox_reason
from . import mindbox_source
from . import loyalty_card
from . import mindbox_consent
from . import sale_order
from . import mindbox_reconciliation
from . import mindbox_reconciliation_day
from . import mindbox_reconciliation_find
from . import mindbox_reconciliation_record
from . import mindbox_difference
from . import mindbox_difference_none
from . import mindbox_difference_send
from . import mindbox_endpoint
from . import res_partner
