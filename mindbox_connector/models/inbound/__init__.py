"""What Mindbox tells Odoo: calls are kept at once, and applied by a job.

What calls have lost is found each night in what Mindbox exports, and applied like them.

A kind of call is an entry of the catalogue and a method of ``mindbox.inbound``. Calls
consent, shop, identity and the rooms below; what came from Mindbox is never sent back.
Nobody calls it but the controller and
the reader of exports.
"""

from . import mindbox_reason
from . import mindbox_catalogue
from . import mindbox_inbound
from . import mindbox_inbound_receive
from . import mindbox_inbound_apply
from . import mindbox_inbound_customer
from . import mindbox_inbound_retention
from . import mindbox_consent
from . import mindbox_membership
from . import mindbox_engagement
from . import loyalty_card
from . import kind_consent
from . import kind_contact
from . import kind_merge
from . import kind_balance
from . import kind_promo_code
from . import kind_segment
from . import kind_action
from . import kind_test
from . import mindbox_inbound_export
from . import export_customers
from . import export_merges
from . import export_segments
from . import export_mailings
from . import mindbox_endpoint
from . import res_partner
