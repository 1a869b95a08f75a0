"""An integration point: its address, credentials and names, and the route of an event.

The ground floor: it calls no other room. What follows when an integration point starts
or stops, the rooms above add to its hooks.

``mindbox.endpoint`` is assembled from far more methods than any other model, as
``res.partner`` is in Odoo: every room asks it for what it is set to, and each adds what
its own work on behalf of an integration point is, in a file of its own.
"""

from . import mindbox_guarded
from . import mindbox_owned
from . import mindbox_customer_filter
from . import mindbox_setting
from . import mindbox_catalogue
from . import mindbox_endpoint
from . import mindbox_dependencies
from . import mindbox_credentials
from . import mindbox_inbound_key
from . import mindbox_project
from . import mindbox_route
from . import mindbox_operation
from . import mindbox_order_status
from . import res_config_settings
