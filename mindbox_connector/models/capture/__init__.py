"""What happens in the shop becomes a row of the outbox, within the same transaction.

Calls the outbox and the integration point. Models of the shop, above, inherit its mixin
and say what matters and what a body looks like.
"""

from . import mindbox_scope
from . import mindbox_scope_order
from . import mindbox_scope_shop
from . import mindbox_source
from . import mindbox_flush
from . import mindbox_unrecorded
from . import mindbox_timeline
from . import mindbox_format
from . import mindbox_build
from . import mindbox_ahead
from . import mindbox_request
from . import res_partner
