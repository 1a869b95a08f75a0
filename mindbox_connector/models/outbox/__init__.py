"""The outbox: rows that wait, their order, their delivery, and what Mindbox was told.

Calls the integration point and the client. It knows neither the models of the shop nor
what a body looks like: the rooms above add to its hooks, which build a body, and which
follow from an answer.
"""

from . import mindbox_catalogue
from . import mindbox_request
from . import mindbox_endpoint
from . import mindbox_left
from . import mindbox_rows
from . import mindbox_unrecorded
from . import mindbox_merge
from . import mindbox_resend
from . import mindbox_retention
from . import mindbox_erased
from . import res_partner
from . import mindbox_ledger
from . import mindbox_ledger_told
from . import mindbox_ledger_outcome
from . import mindbox_hold
from . import mindbox_pace
from . import mindbox_operation
from . import mindbox_kick
from . import mindbox_shares
from . import mindbox_due
from . import mindbox_claim
from . import mindbox_orphans
from . import mindbox_outcome
from . import mindbox_refusal
from . import mindbox_late
from . import mindbox_delivery
from . import mindbox_settle
from . import mindbox_breakers
