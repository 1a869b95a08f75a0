"""Fields of Odoo that Mindbox is told without code: mapped ones, and those of actions.

A map is a path, a type and a name. It says what bodies tell beside what is built in,
and which changes make an event. Calls the shop and the rooms below it; the import and
the product feed ask it for the same values. A server action tells such fields, too, as
an event of its own.
"""

from . import mindbox_path
from . import mindbox_field_map
from . import mindbox_field_example
from . import mindbox_endpoint
from . import mindbox_action
from . import mindbox_action_field
from . import base
from . import res_partner
from . import sale_order
from . import loyalty_card
from . import product_product
